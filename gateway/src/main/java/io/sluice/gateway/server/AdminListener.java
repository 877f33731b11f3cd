package io.sluice.gateway.server;

import io.sluice.gateway.admin.AdminAccess;

/**
 * Where operators get in, and who of them.
 *
 * @param host the address to listen on
 * @param port the port, or 0 for any
 * @param access who gets in
 * @param meters what they can read besides
 */
public record AdminListener(String host, int port, AdminAccess access, PrometheusMeters meters) {}
