// Working through pairs by keyboard: j and k move, y or Enter, n and u press the buttons of the pair in hand, ? tells it.
const MOVES = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };
// On a Russian layout the same keys send other letters.
const KEYS = { KeyJ: "j", KeyK: "k", KeyY: "y", KeyN: "n", KeyU: "u" };

const isTyping = (target) => target instanceof Element && target.closest("input, textarea, select, [contenteditable]");

const pairs = () => [...document.querySelectorAll("[data-pairs] [data-pair]")];

const inHand = () => document.activeElement?.closest?.("[data-pair]");

function move(step) {
  const all = pairs();
  const place = all.indexOf(inHand());
  const next = all[Math.min(Math.max(place + step, 0), all.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

export function startPairs() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || !pairs().length) return;
    const key = KEYS[event.code] ?? event.key;
    if (key in MOVES) {
      event.preventDefault();
      move(MOVES[key]);
      return;
    }
    const help = document.querySelector("[data-pair-help]");
    if (key === "?" && help) {
      event.preventDefault();
      help.open = !help.open;
      return;
    }
    // Enter on a link or a button stays theirs.
    const isOnPair = event.target instanceof Element && event.target.matches("[data-pair]");
    if (key === "Enter" && !isOnPair) return;
    const pair = inHand() ?? pairs().find((one) => one.querySelector('[data-key="y"]'));
    const button = pair?.querySelector(`[data-key="${CSS.escape(key === "Enter" ? "y" : key)}"]`);
    if (!button) return;
    event.preventDefault();
    button.click();
  });
  // What was decided is swapped for its answer: go on with the next that waits, or stay for an undo.
  document.addEventListener("htmx:afterSettle", (event) => {
    const pair = event.target;
    if (!(pair instanceof Element) || !pair.matches?.("[data-pair]")) return;
    const all = pairs();
    const rest = all.slice(all.indexOf(pair)).find((one) => one.querySelector('[data-key="y"]'));
    (rest ?? pair).focus();
  });
}
