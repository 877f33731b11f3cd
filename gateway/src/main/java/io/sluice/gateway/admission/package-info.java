/**
 * Limits per stream, address, key and gateway, and whether there is capacity for another stream. Not part of the data
 * flow: it is consulted at a stream's start and when limits are checked, and knows nothing about connections, media or
 * FFmpeg.
 *
 * <p>Each class states whether it is confined to a stream's event loop or shared; none blocks its caller, except where
 * documented.
 */
@NullMarked
package io.sluice.gateway.admission;

import org.jspecify.annotations.NullMarked;
