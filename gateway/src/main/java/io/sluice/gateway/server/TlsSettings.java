package io.sluice.gateway.server;

import java.time.Duration;

/**
 * How the listeners use TLS.
 *
 * @param maxHandshakeRate handshakes per second; bursts may have ten times as many
 * @param maxHandshakeRatePerAddress handshakes per second and client address
 * @param hstsMaxAge how long browsers remember to use https only; zero to not ask them to
 */
public record TlsSettings(int maxHandshakeRate, int maxHandshakeRatePerAddress, Duration hstsMaxAge) {}
