/**
 * Metrics for monitoring the gateway. Outside the media path: counts the events of sessions, at most one per session
 * and second, and reads the status of sessions when gauges are read.
 *
 * <p>Events arrive on the sessions' event loops; gauges are read on any thread.
 */
@NullMarked
package io.sluice.gateway.metrics;

import org.jspecify.annotations.NullMarked;
