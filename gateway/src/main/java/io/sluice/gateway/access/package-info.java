/**
 * What an embedder implements to decide who can publish and where to: the {@link io.sluice.gateway.access.Authorizer},
 * its request and its answer. Independent of connections, sessions and FFmpeg. Called on event loops; answers can
 * arrive on any thread.
 */
@NullMarked
package io.sluice.gateway.access;

import org.jspecify.annotations.NullMarked;
