/**
 * What a container's first bytes say: format, tracks, codecs, picture size. Parsers that accept bytes cut anywhere, with bounded memory.
 * Confined to the event loop of the stream.
 */
@NullMarked
package io.sluice.gateway.media.container;

import org.jspecify.annotations.NullMarked;
