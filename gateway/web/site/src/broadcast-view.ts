import type { PublishOptions } from "sluice-client";
import { Broadcast, OUTPUTS_WITHIN_MS, type Publish } from "./broadcast/broadcast.js";
import { describePublishError } from "./failures/publish-failures.js";
import { showCharts } from "./view/charts.js";
import { clearJournal, showFailure, showJournal, showNotice } from "./view/notices.js";
import { negotiation, statistics } from "./view/statistics.js";
import { element, setVisible, setText, setTexts } from "./view/dom.js";
import { showOutputs } from "./view/outputs.js";
import { showStatus } from "./view/status.js";
import { duration } from "./text/format.js";

const CLOCK_EVERY_MS = 250;

export interface StartedBroadcast {
  broadcast: Broadcast;
  /** Resolves when the broadcast has ended. */
  finished: Promise<void>;
}

/** Starts a broadcast and shows its progress until it ends. */
export function startBroadcast(
  publish: Publish,
  options: PublishOptions,
  codecChosen: boolean,
  changed: (broadcast: Broadcast) => void,
): StartedBroadcast {
  const broadcast = new Broadcast(undefined, OUTPUTS_WITHIN_MS);
  clearJournal();
  showFailure(null);
  const clock = setInterval(() => showClock(broadcast), CLOCK_EVERY_MS);
  const finished = new Promise<void>((resolve) => {
    broadcast.addEventListener("change", () => {
      showBroadcast(broadcast, codecChosen);
      changed(broadcast);
      if (broadcast.isOver) {
        clearInterval(clock);
        resolve();
      }
    });
  });
  showStatus("connecting");
  void broadcast.start(publish, options);
  return { broadcast, finished };
}

function showBroadcast(broadcast: Broadcast, codecChosen: boolean) {
  const { stage, live, failure, history, journal, ended } = broadcast;
  if (stage !== "cancelled") {
    showStatus(stage);
  }
  showFailure(stage === "failed" && failure ? describePublishError(failure) : null);
  showNotice("connection", stage === "reconnecting" ? reconnecting(broadcast) : null);
  showNotice("outputs", broadcast.isCutOff ? CUT_OFF : null);
  element("facts").dataset.state = stage;
  setVisible("facts", live !== null);
  showJournal(journal);
  if (live) {
    const { stats, negotiated } = live;
    setTexts({ ...statistics(stats), ...negotiation(negotiated, codecChosen) });
    if (ended) {
      setTexts(statistics({ ...stats, acceptedBytes: ended.acceptedBytes, queuedMs: 0 }));
      setText("queued", "0 B");
    }
    showCharts(history.samples, performance.now());
  }
  showClock(broadcast);
}

const CUT_OFF =
  "None of the destinations can be reached at the moment, so viewers see nothing. " +
  "The server tries again; your stream continues by itself.";

function reconnecting({ failure, live }: Broadcast): string {
  const why = failure
    ? describePublishError(failure).message
    : "The connection to the server was lost.";
  const what = live?.stats.keptBytes
    ? "What you record meanwhile is kept and sent then. Viewers see the picture stand still."
    : "Viewers see a short gap.";
  return `${why} Reconnecting for up to two minutes; keep this page open. ${what}`;
}

/** The time on air, or since the connection was lost; and since outputs are away. */
function showClock(broadcast: Broadcast) {
  showOutputs(broadcast.outputs.all, performance.now());
  const { stage, onAirMs, lostForMs } = broadcast;
  setText("duration", duration(stage === "reconnecting" ? lostForMs : onAirMs));
}
