/**
 * The stand-alone server around a gateway: listeners, TLS, connection limits, signals. An embedder does not need it.
 */
@NullMarked
package io.sluice.gateway.server;

import org.jspecify.annotations.NullMarked;
