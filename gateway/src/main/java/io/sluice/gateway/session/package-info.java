/**
 * A stream's life: negotiation, permission, start, live, end. Joins the WebSocket, the hand-off and FFmpeg, and knows
 * each of them by what it does only: no HTTP, no pipes, no JSON.
 *
 * <p>A {@link io.sluice.gateway.session.StreamSession} is confined to the event loop that reads its WebSocket.
 * {@link io.sluice.gateway.session.SessionRegistry} is shared by all event loops.
 */
@NullMarked
package io.sluice.gateway.session;

import org.jspecify.annotations.NullMarked;
