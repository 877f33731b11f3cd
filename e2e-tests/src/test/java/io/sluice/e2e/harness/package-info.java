/**
 * The surroundings of the gateway: its process, the recordings that go in, the receivers behind it and the tools that
 * look at what they got. Everything that is started here belongs to a {@link io.sluice.e2e.harness.Stage}, which ends
 * it with the test. Called from the test's thread, unless a class says otherwise.
 */
@NullMarked
package io.sluice.e2e.harness;

import org.jspecify.annotations.NullMarked;
