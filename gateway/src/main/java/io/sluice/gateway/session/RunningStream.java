package io.sluice.gateway.session;

/**
 * The result of a successful start: its owner ends the run and then releases the reservation.
 *
 * @param reservation what the stream holds
 * @param run the first run of FFmpeg
 */
record RunningStream(Reservation reservation, OutputRun run) {}
