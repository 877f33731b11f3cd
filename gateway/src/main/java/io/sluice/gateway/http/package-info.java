/**
 * What is not media: the pages, the previews that viewers fetch, and health. Beside the data flow; nothing else depends on it.
 *
 * <p>Runs on Reactor Netty's event loops; files are read on a scheduler that may block.
 */
@NullMarked
package io.sluice.gateway.http;

import org.jspecify.annotations.NullMarked;
