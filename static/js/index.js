// Every module binds to data-* attributes by delegation, so what htmx swaps in works at once.
import { startCharts } from "./components/chart.js";
import { startKeyboard } from "./components/keyboard.js";
import { startLive } from "./components/live.js";
import { startMenus } from "./components/menu.js";
import { startMessages } from "./components/message.js";
import { startPairs } from "./components/pairs.js";
import { startPasskeys } from "./components/passkey.js";
import { startPrint } from "./components/print.js";
import { startSelection } from "./components/selection.js";
import { startSwitchers } from "./components/switcher.js";
import { startUploads } from "./components/upload.js";
import { startView } from "./components/view.js";
import { startWhen } from "./components/when.js";

startMenus();
startSwitchers();
startSelection();
startKeyboard();
startMessages();
startUploads();
startView();
startLive();
startCharts();
startPairs();
startPrint();
startPasskeys();
startWhen();
