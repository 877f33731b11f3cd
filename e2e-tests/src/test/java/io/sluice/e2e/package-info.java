/**
 * What a broadcaster would see: the built jar as a process, real recordings at their own pace, real RTMP receivers, and
 * a look with ffprobe at what arrived. Data flows from {@code wire} through the gateway to the receivers of
 * {@code harness}; tests run one at a time, on JUnit's thread.
 */
@NullMarked
package io.sluice.e2e;

import org.jspecify.annotations.NullMarked;
