/**
 * What an embedder implements to decide who may publish and where: the {@link io.sluice.gateway.access.Authorizer}, what it is
 * asked and what it answers. Knows nothing of connections, sessions or FFmpeg. Called on event loops; answers may come from any thread.
 */
@NullMarked
package io.sluice.gateway.access;

import org.jspecify.annotations.NullMarked;
