package io.sluice.gateway.media;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.sluice.gateway.guards.NoBufferLeaks;
import io.sluice.gateway.media.ReplayBuffer.Group;
import io.sluice.gateway.media.ReplayBuffer.Limits;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random streams, cuts, readers and paces, compared with the plain bytes: whatever a reader gets is a header, and the
 * stream from a group on, less what it said that it skips.
 */
@ExtendWith(NoBufferLeaks.class)
class ReplayBufferModelTest {

    private static final int LOW = 20_000;
    private static final int HIGH = 60_000;
    private static final int REPLAY = 150_000;
    private static final int MAX_LAG = 250_000;
    private static final int MAX_PIECE = 30_000;
    private static final int LENGTH = 700_000;
    private static final long NANOS_PER_BYTE = 10_000;

    /** A reader's view of headers costs as much again, and a piece is kept whole. */
    private static final int MAX_HELD = 2 * (MAX_LAG + REPLAY + MAX_PIECE);

    /** A failure prints its seed. Put it here to repeat it. */
    static long[] seeds() {
        return new Random().longs(80).toArray();
    }

    /** What is announced before the byte in front of the trigger is offered. */
    private record Event(long trigger, Runnable action) {}

    private record Header(long start, long end) {}

    private final class Reading {

        private final ReplayReader reader;
        private final ByteArrayOutputStream expected = new ByteArrayOutputStream();
        private final boolean maySkip;

        /** In how many steps it asks once. */
        private final int pace;

        private Take take = new Take(0);

        /** From where on the reader has the stream as it is; until then, what is expected is complete. */
        private long from;

        private boolean waits;
        private long position;
        private int checked;

        /** Where in what is expected the last repeated header is. */
        private int headerAt = -1;

        Reading(ReplayReader reader, Optional<Group> start, boolean waits) {
            this.reader = reader;
            this.waits = waits;
            this.maySkip = random.nextInt(4) > 0;
            this.pace = maySkip ? 1 << random.nextInt(8) : 1 << random.nextInt(4);
            start.ifPresent(this::join);
            if (maySkip) {
                reader.skipWhenLate(this::skip);
            }
        }

        private void join(Group group) {
            waits = false;
            Header header = headerOf(group.position());
            headerAt = expected.size();
            expected.write(media, (int) header.start, (int) (header.end - header.start));
            from = group.position();
        }

        private void skip(long cut, Group to, Duration lost) {
            skips++;
            assertThat(cut).isBetween(from, to.position() - 1);
            assertThat(boundaries.contains(cut)).as("cut at a boundary").isTrue();
            assertThat(announced.contains(to)).as("to a group").isTrue();
            assertThat(to.position())
                    .as("the newest, or close to it")
                    .isGreaterThan(announced.get(announced.size() - 1).position() - BoundaryIndex.SPACING_BYTES);
            assertThat(lost).isBetween(Duration.ZERO, to.time());
            expected.write(media, (int) from, (int) (cut - from));
            Header header = headerOf(to.position());
            if (header.start >= cut) {
                if (cut == from) {
                    // Nothing of the group it had joined was delivered, its header included.
                    dropUndeliveredHeader();
                }
                headerAt = expected.size();
                expected.write(media, (int) header.start, (int) (header.end - header.start));
            }
            from = to.position();
        }

        private void dropUndeliveredHeader() {
            if (checked + take.bytes.size() <= headerAt) {
                byte[] kept = Arrays.copyOf(expected.toByteArray(), headerAt);
                expected.reset();
                expected.writeBytes(kept);
            }
        }

        void check() {
            assertThat(reader.position()).isGreaterThanOrEqualTo(position);
            position = reader.position();
            byte[] taken = take.taken();
            take.bytes.reset();
            if (waits) {
                assertThat(taken).isEmpty();
                return;
            }
            byte[] fixed = expected.toByteArray();
            boolean same = checked + taken.length <= expectedBytes();
            for (int i = 0; same && i < taken.length; i++, checked++) {
                byte right = checked < fixed.length ? fixed[checked] : media[(int) from + checked - fixed.length];
                same = taken[i] == right;
            }
            assertThat(same).as("bytes of a reader").isTrue();
        }

        private long expectedBytes() {
            return expected.size() + Math.max(0, buffer.receivedBytes() - from);
        }
    }

    private static int skips;

    @AfterAll
    static void readersHaveSkipped() {

        assertThat(skips).isGreaterThan(20);
    }

    private Random random = new Random(0);
    private byte[] media = {};
    private boolean isLive;
    private long nanos;
    private boolean paused;
    private ReplayBuffer buffer = create(new ReplayMemory(0));
    private final List<Header> headers = new ArrayList<>();
    private final Set<Long> boundaries = new HashSet<>();
    private final List<Group> announced = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();
    private final List<Reading> readings = new ArrayList<>();

    private ReplayBuffer create(ReplayMemory memory) {
        Limits limits = new Limits(LOW, HIGH, REPLAY, Duration.ofMillis(1_500), MAX_LAG);
        return new ReplayBuffer(ImmediateEventExecutor.INSTANCE, limits, memory, () -> nanos, now -> paused = now);
    }

    private static long micros(long position) {
        return position * NANOS_PER_BYTE / 1_000;
    }

    private Header headerOf(long position) {
        return headers.stream()
                .filter(header -> header.start < position)
                .max(Comparator.comparingLong(Header::start))
                .orElseThrow();
    }

    private void on(long trigger, Runnable action) {
        events.add(new Event(trigger, action));
    }

    private void boundary(long at, long trigger) {
        boundaries.add(at);
        on(trigger, () -> buffer.onBoundary(at, micros(at)));
    }

    /** Headers, clusters with and without a key frame, and blocks, of which each is announced as it would be. */
    private void compose() {
        media = new byte[LENGTH];
        random.nextBytes(media);
        long at = header(0);
        while (at < LENGTH) {
            if (at > 100_000 && random.nextInt(40) == 0 && headers.size() < 10) {
                at = header(at);
            }
            at = cluster(at);
        }
        events.sort(Comparator.comparingLong(Event::trigger));
    }

    private long header(long at) {
        if (at > 0) {
            boundary(at, at + 12);
            on(at + 12, () -> buffer.onNewHeader(at));
        }
        long end = at + 20 + random.nextInt(2_000);
        headers.add(new Header(at, end));
        on(end + 12, () -> buffer.onHeaderEnd(end));
        return end;
    }

    private long cluster(long at) {
        boundary(at, at + 12);
        on(at + 12, () -> buffer.onPossibleGroup(at));
        long decided = at + 12 + random.nextInt(random.nextInt(5) == 0 ? 20_000 : 100);
        if (random.nextInt(3) > 0) {
            Group group = new Group(at, Duration.of(micros(at), ChronoUnit.MICROS));
            on(decided, () -> {
                announced.add(group);
                buffer.onGroup(group.position(), group.time());
                readings.stream()
                        .filter(reading -> reading.waits && !reading.reader.isWaitingForGroup())
                        .forEach(reading -> reading.join(group));
            });
        } else {
            on(decided, buffer::onNoGroup);
        }
        long end = decided;
        for (int blocks = random.nextInt(10); blocks >= 0; blocks--) {
            end += 1 + random.nextInt(random.nextInt(5) == 0 ? 20_000 : 500);
            boundary(end, end);
        }
        return end + 12;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void readersGetWhatTheyShouldAndMemoryStaysBounded(long seed) {
        try {
            run(seed);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("seed " + seed, e);
        }
    }

    private void run(long seed) {
        random = new Random(seed);
        ReplayMemory memory = new ReplayMemory((long) random.nextInt(3) * REPLAY);
        buffer = create(memory);
        isLive = random.nextInt(4) > 0;
        buffer.readOn(random.nextBoolean());
        compose();
        long at = 0;
        int next = 0;
        int largest = 1 + random.nextInt(random.nextInt(4) == 0 ? 40 : MAX_PIECE);
        int steps = 0;
        while (at < LENGTH && steps++ < 20_000) {
            changeReaders();
            if (!paused || (random.nextInt(20) == 0 && buffer.heldBytes() < MAX_LAG)) {
                int length = (int) Math.min(LENGTH - at, 1 + random.nextInt(largest));
                // Live media arrives no faster than it plays; a file arrives ten times as fast.
                nanos += (long) ((double) length * NANOS_PER_BYTE * (isLive ? 1 + random.nextDouble() : 0.1));
                for (; next < events.size() && events.get(next).trigger <= at + length; next++) {
                    events.get(next).action.run();
                }
                buffer.offer(piece(at, length));
                at += length;
            } else {
                nanos += 1_000_000;
            }
            readings.forEach(Reading::check);
            checkBounds(memory);
        }
        end();
        assertThat(memory.usedBytes()).isZero();
    }

    private ByteBuf piece(long at, int length) {
        ByteBuf read = ByteBufAllocator.DEFAULT.directBuffer(length + random.nextInt(65_536));
        read.writeBytes(media, (int) at, length);
        return read;
    }

    private void changeReaders() {
        for (Reading reading : readings) {
            if (random.nextInt(reading.pace) == 0) {
                reading.take.request(1 + random.nextInt(4));
            }
        }
        if (readings.size() < 4 && random.nextInt(15) == 0) {
            attach();
        }
        if (!readings.isEmpty() && random.nextInt(100) == 0) {
            Reading gone = readings.remove(random.nextInt(readings.size()));
            gone.reader.detach();
            gone.check();
        }
    }

    private void attach() {
        Optional<Group> group = random.nextBoolean()
                ? buffer.newestGroup()
                : buffer.groupAtOrBefore(
                        Duration.of(micros(buffer.receivedBytes() - random.nextInt(MAX_LAG)), ChronoUnit.MICROS));
        Reading reading;
        if (buffer.keepsStart()) {
            reading = new Reading(buffer.readFromStart(), Optional.empty(), false);
        } else if (group.isPresent()) {
            reading = new Reading(buffer.readFrom(group.get()), group, false);
        } else {
            reading = new Reading(buffer.readFromNextGroup(), Optional.empty(), true);
        }
        if (random.nextInt(5) == 0) {
            reading.take = new Take(Long.MAX_VALUE);
        }
        reading.reader.subscribe(reading.take);
        readings.add(reading);
    }

    private void checkBounds(ReplayMemory memory) {
        assertThat(buffer.heldBytes()).isLessThan(MAX_HELD + (long) readings.size() * MAX_LAG);
        assertThat(memory.usedBytes()).isLessThanOrEqualTo(memory.maxBytes());
        for (Reading reading : readings) {
            if (!reading.maySkip && !reading.waits && reading.reader.waitingBytes() >= HIGH) {
                assertThat(paused).as("paused by a reader that may not skip").isTrue();
            }
        }
        if (!readings.isEmpty() && readings.stream().allMatch(reading -> reading.reader.waitingBytes() == 0)) {
            assertThat(paused).as("paused, although all has been read").isFalse();
        }
    }

    private void end() {
        buffer.complete();
        for (Reading reading : List.copyOf(readings)) {
            reading.take.request(Long.MAX_VALUE);
            reading.check();
            if (!reading.waits) {
                assertThat(reading.checked).isEqualTo(reading.expectedBytes());
            }
            assertThat(reading.take.end).hasToString("onComplete");
        }
        buffer.release();
        assertThat(buffer.heldBytes()).isZero();
    }
}
