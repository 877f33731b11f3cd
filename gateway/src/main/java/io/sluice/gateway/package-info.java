/**
 * The embedding API: a {@link io.sluice.gateway.Gateway}, its {@link io.sluice.gateway.GatewayBuilder builder} and its
 * configuration. An application mounts a gateway into its own Reactor Netty server; {@code io.sluice.gateway.access}
 * contains what it can implement to decide who can publish.
 */
@NullMarked
package io.sluice.gateway;

import org.jspecify.annotations.NullMarked;
