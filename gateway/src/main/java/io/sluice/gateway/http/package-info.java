/**
 * HTTP apart from media: the pages, the previews, health checks and the index of the admin API. No other package except
 * the root depends on it.
 *
 * <p>Runs on Reactor Netty's event loops; files are read on a scheduler for blocking work.
 */
@NullMarked
package io.sluice.gateway.http;

import org.jspecify.annotations.NullMarked;
