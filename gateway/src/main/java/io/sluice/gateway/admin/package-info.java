/**
 * The HTTP API with which operators inspect and end streams, on its own listener. Outside the media path: it reads the
 * status that sessions publish, and requests their end.
 *
 * <p>Runs on the event loops of that listener; files are read on a scheduler for blocking work.
 */
@NullMarked
package io.sluice.gateway.admin;

import org.jspecify.annotations.NullMarked;
