/**
 * What a container's first bytes contain: format, tracks, codecs, picture size. The parsers accept bytes split anywhere
 * and use bounded memory. Confined to the stream's event loop.
 */
@NullMarked
package io.sluice.gateway.media.container;

import org.jspecify.annotations.NullMarked;
