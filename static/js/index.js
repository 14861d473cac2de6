// Every module binds to data-* attributes by delegation, so what htmx swaps in works at once.
import { startCharts } from "./components/chart.js";
import { startKeyboard } from "./components/keyboard.js";
import { startLive } from "./components/live.js";
import { startMenus } from "./components/menu.js";
import { startMessages } from "./components/message.js";
import { startSelection } from "./components/selection.js";
import { startView } from "./components/view.js";

startMenus();
startSelection();
startKeyboard();
startMessages();
startView();
startLive();
startCharts();
