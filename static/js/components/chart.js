// The cursor of a chart: the nearest place under the pointer, its numbers in a small card. The numbers come
// from the table behind the chart, so the card can never say anything else.
const SVG = "http://www.w3.org/2000/svg";

function shape(name, css, attributes = {}) {
  const element = document.createElementNS(SVG, name);
  element.setAttribute("class", css);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function tableOf(chart) {
  const names = [...chart.querySelectorAll(".chart__table thead th")].map((cell) => cell.textContent.trim());
  const rows = [...chart.querySelectorAll(".chart__table tbody tr")].map((row) =>
    [...row.children].map((cell) => cell.textContent.trim()),
  );
  return { names, rows };
}

function nearest(chart, plot, event, count) {
  const box = plot.getBoundingClientRect();
  const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
  const isBars = chart.dataset.chart === "bars";
  const index = isBars ? Math.min(Math.floor(share * count), count - 1) : Math.round(share * (count - 1));
  const at = isBars ? (index + 0.5) / count : count > 1 ? index / (count - 1) : 0.5;
  return { index, at };
}

function card(names, cells) {
  const tip = document.createElement("div");
  tip.className = "chart__tip";
  tip.setAttribute("aria-hidden", "true");
  const head = document.createElement("b");
  head.textContent = cells[0];
  tip.append(head);
  for (let at = 1; at < cells.length; at += 1) {
    const line = document.createElement("span");
    const value = document.createElement("b");
    value.textContent = cells[at];
    line.append(names[at], value);
    tip.append(line);
  }
  return tip;
}

function clear(chart) {
  for (const part of chart.querySelectorAll(".chart__tip, .cursor-line, .cursor-dot")) part.remove();
  delete chart.dataset.at;
}

function point(chart, event) {
  const plot = chart.querySelector("[data-chart-plot]");
  const { names, rows } = tableOf(chart);
  if (!rows.length) return;
  const { index, at } = nearest(chart, plot, event, rows.length);
  if (chart.dataset.at === String(index)) return;
  clear(chart);
  chart.dataset.at = index;
  const x = `${at * 100}%`;
  const base = plot.querySelector(".zero-line")?.getAttribute("y1") ?? "100%";
  plot.append(shape("line", "cursor-line", { x1: x, x2: x, y1: 8, y2: base }));
  const y = (chart.dataset.chartYs ?? "").split(" ")[index];
  if (y && y !== "-") plot.append(shape("circle", "cursor-dot", { cx: x, cy: y, r: 4 }));
  const frame = chart.querySelector(".chart__frame");
  const tip = card(names, rows[index]);
  frame.append(tip);
  const left = plot.getBoundingClientRect().left - frame.getBoundingClientRect().left + at * plot.clientWidth;
  const room = frame.clientWidth - left - 12;
  tip.style.translate = `${room > tip.offsetWidth ? left + 12 : Math.max(left - tip.offsetWidth - 12, 0)}px 0`;
}

export function startCharts() {
  document.addEventListener("pointermove", (event) => {
    const chart = event.target.closest?.("[data-chart]");
    for (const other of document.querySelectorAll("[data-chart][data-at]")) if (other !== chart) clear(other);
    if (!chart) return;
    if (event.target.closest("[data-chart-plot]")) point(chart, event);
    else clear(chart);
  });
}
