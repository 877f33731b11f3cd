/**
 * The stand-alone server around a gateway: listeners, TLS, connection limits, signals. Nothing here is needed by an embedder.
 */
@NullMarked
package io.sluice.gateway.server;

import org.jspecify.annotations.NullMarked;
