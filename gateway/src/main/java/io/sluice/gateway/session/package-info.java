/**
 * One stream's life: state machine, start sequence, source and sink, registry, status. Knows connections, FFmpeg and
 * the media queue by what they do: no HTTP, no pipes, no JSON.
 *
 * <p>A {@link io.sluice.gateway.session.StreamSession} is confined to the event loop that reads its first connection.
 * {@link io.sluice.gateway.session.SessionRegistry} is shared by all event loops.
 */
@NullMarked
package io.sluice.gateway.session;

import org.jspecify.annotations.NullMarked;
