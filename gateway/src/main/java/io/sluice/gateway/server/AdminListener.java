package io.sluice.gateway.server;

import io.sluice.gateway.admin.AdminAccess;

/**
 * The listener of the admin API.
 *
 * @param host the address to listen on
 * @param port the port, or 0 for any free one
 * @param access decides who may use it
 * @param meters the metrics that it serves
 */
public record AdminListener(String host, int port, AdminAccess access, PrometheusMeters meters) {}
