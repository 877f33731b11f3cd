import type { PublishError, PublishOptions } from "sluice-client";
import { Broadcast, type Publish } from "./broadcast/broadcast.js";
import { describePublishError } from "./failures/publish-failures.js";
import { showCharts } from "./view/charts.js";
import { clearJournal, showFailure, showJournal, showNotice } from "./view/notices.js";
import { negotiation, statistics } from "./view/statistics.js";
import { element, setVisible, setText, setTexts } from "./view/dom.js";
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
  const broadcast = new Broadcast();
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
  showNotice("connection", stage === "reconnecting" ? reconnecting(failure) : null);
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

function reconnecting(failure: PublishError | null): string {
  const why = failure
    ? describePublishError(failure).message
    : "The connection to the server was lost.";
  return `${why} Reconnecting for up to two minutes; keep this page open. Viewers see a short gap.`;
}

/** The time on air; while reconnecting, the time since the connection was lost. */
function showClock(broadcast: Broadcast) {
  const { stage, onAirMs, lostForMs } = broadcast;
  setText("duration", duration(stage === "reconnecting" ? lostForMs : onAirMs));
}
