/**
 * HTTP apart from media: the pages, the previews, health checks and the index of the admin API.
 *
 * <p>Runs on Reactor Netty's event loops; files are read on a scheduler that may block.
 */
@NullMarked
package io.sluice.gateway.http;

import org.jspecify.annotations.NullMarked;
