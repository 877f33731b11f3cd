package io.sluice.gateway.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.DefaultEventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.sluice.gateway.guards.NoBufferLeaks;
import io.sluice.gateway.media.ReplayBuffer.Group;
import io.sluice.gateway.media.ReplayBuffer.Limits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.SignalType;
import reactor.test.StepVerifier;

/**
 * Media between a source and readers, with this test on both sides. The byte at each position of the stream is known;
 * groups are where the test says.
 */
@ExtendWith(NoBufferLeaks.class)
class ReplayBufferTest {

    private static final int LOW = 20_000;
    private static final int HIGH = 100_000;
    private static final int REPLAY = 300_000;
    private static final int MAX_LAG = 400_000;
    private static final Duration MAX_DELAY = Duration.ofSeconds(4);
    private static final int HEADER = 100;

    private final List<Boolean> pauses = new ArrayList<>();
    private final List<String> skips = new ArrayList<>();
    private final ReplayMemory memory = new ReplayMemory(10_000_000);
    private long nanos;
    private ReplayBuffer buffer = with(memory, MAX_DELAY);

    private ReplayBuffer with(ReplayMemory budget, Duration maxDelay) {
        return on(ImmediateEventExecutor.INSTANCE, budget, maxDelay);
    }

    private ReplayBuffer on(EventExecutor eventLoop, ReplayMemory budget, Duration maxDelay) {
        Limits limits = new Limits(LOW, HIGH, REPLAY, maxDelay, MAX_LAG);
        return new ReplayBuffer(eventLoop, limits, budget, () -> nanos, pauses::add);
    }

    @AfterEach
    void nothingIsKeptInTheEnd() {
        buffer.release();
        assertThat(buffer.heldBytes()).isZero();
        assertThat(memory.usedBytes()).isZero();
    }

    /** What a stream has from one position to another. */
    private static byte[] stream(long from, long to) {
        byte[] bytes = new byte[(int) (to - from)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (((from + i) * 31) >> 3);
        }
        return bytes;
    }

    private void offer(int length) {
        long at = buffer.receivedBytes();
        buffer.offer(ByteBufAllocator.DEFAULT.directBuffer(length).writeBytes(stream(at, at + length)));
    }

    private void header() {
        buffer.onHeaderEnd(HEADER);
        offer(HEADER);
    }

    /** A group of some bytes, one element, with its number in seconds as its time. */
    private Group group(int second, int length) {
        long at = buffer.receivedBytes();
        Duration time = Duration.ofSeconds(second);
        buffer.onBoundary(at, TimeUnit.SECONDS.toMicros(second));
        buffer.onPossibleGroup(at);
        buffer.onGroup(at, time);
        offer(length);
        return new Group(at, time);
    }

    private void seconds(double seconds) {
        nanos += (long) (seconds * 1e9);
    }

    private ReplayReader skipping(ReplayReader reader) {
        reader.skipWhenLate((from, to, lost) -> skips.add(from + " to " + to.position() + ", " + lost.toSeconds()));
        return reader;
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    @Test
    void readersTakeTheSameBytesAtTheirOwnPace() {
        Take fast = Take.all(buffer.readFromStart());
        ReplayReader slowly = buffer.readFromStart();
        Take slow = Take.subscribe(slowly, 1);
        for (int i = 0; i < 10; i++) {
            offer(5_000);
        }
        assertThat(fast.taken()).isEqualTo(stream(0, 50_000));
        assertThat(slow.taken()).isEqualTo(stream(0, 5_000));
        assertThat(slowly.position()).isEqualTo(5_000);
        assertThat(slowly.waitingBytes()).isEqualTo(45_000);
        assertThat(buffer.waitingBytes()).isEqualTo(45_000);
        slow.request(3);
        assertThat(slow.taken()).isEqualTo(stream(0, 20_000));
        slow.request(Long.MAX_VALUE);
        assertThat(slow.taken()).isEqualTo(stream(0, 50_000));
        assertThat(slowly.repeatedHeaderBytes()).isZero();
    }

    @Test
    void memoryDoesNotMultiplyByReaders() {
        for (int i = 0; i < 5; i++) {
            Take.subscribe(buffer.readFromStart(), 0);
        }
        offer(50_000);
        assertThat(buffer.heldBytes()).isLessThan(2 * 50_000);
    }

    /** The sizes in turn, from read buffers of 64 KiB as a socket has them. */
    @ParameterizedTest
    @CsvSource({
        "1, false",
        "1, true",
        "1 4096, false",
        "4095, true",
        "1 255 5000, false",
        "1 255 5000, true",
        "20000 1 1, false",
        "20000 1 1, true",
        "300 40000, true"
    })
    void theMemoryHeldIsBoundedByTheBytesThatAreKept(String lengths, boolean reads) {
        int[] sizes =
                Arrays.stream(lengths.split(" ")).mapToInt(Integer::parseInt).toArray();
        Take taker = Take.subscribe(buffer.readFromStart(), reads ? Long.MAX_VALUE : 0);
        UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
        int offered = 0;
        for (int i = 0; offered < 60_000; i++) {
            int length = sizes[i % sizes.length];
            ByteBuf read = allocator.directBuffer(65_536).writeBytes(stream(offered, offered + length));
            buffer.offer(read.readRetainedSlice(length));
            read.release();
            offered += length;
        }
        // The header is copied while it has not ended.
        assertThat(allocator.metric().usedDirectMemory())
                .isBetween(buffer.heldBytes(), buffer.heldBytes() + StreamHeader.MAX_BYTES);
        assertThat(buffer.heldBytes()).isLessThanOrEqualTo(2L * offered + 256);
        taker.request(Long.MAX_VALUE);
        assertThat(taker.taken()).isEqualTo(stream(0, offered));
        buffer.release();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    @Test
    void oneByteADelayCostsNoMoreThanTheSmallestBuffer() {
        for (int i = 0; i < 100; i++) {
            offer(1);
            seconds(0.3);
        }
        assertThat(buffer.heldBytes()).isEqualTo(100 * 256);
    }

    @Test
    void whatIsNotFollowedIsNotKeptOnceItIsRead() {
        buffer.notFollowed();
        Take taker = Take.all(buffer.readFromStart());
        offer(5_000);
        offer(1);
        assertThat(taker.taken()).isEqualTo(stream(0, 5_001));
        assertThat(buffer.heldBytes()).isZero();
        assertThat(buffer.canReplay()).isFalse();
        assertThat(buffer.keepsStart()).isFalse();
        assertThat(buffer.newestGroup()).isEmpty();
        assertThatThrownBy(buffer::readFromStart).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aReaderStartsWithTheHeaderAndAtTheGroup() {
        header();
        group(0, 50_000);
        Group second = group(2, 50_000);
        Take.all(buffer.readFromStart());
        ReplayReader reader = buffer.readFrom(second);
        Take taker = Take.all(reader);
        offer(1_000);
        assertThat(taker.taken()).isEqualTo(concat(stream(0, HEADER), stream(second.position(), 101_100)));
        assertThat(reader.repeatedHeaderBytes()).isEqualTo(HEADER);
        assertThat(reader.position()).isEqualTo(101_100);
        assertThat(buffer.canReplay()).isTrue();
    }

    @Test
    void aReaderOfTheNextGroupGetsNothingBefore() {
        header();
        Take.all(buffer.readFromStart());
        group(0, 10_000);
        ReplayReader reader = buffer.readFromNextGroup();
        Take taker = Take.all(reader);
        offer(10_000);
        assertThat(taker.items).isZero();
        assertThat(reader.waitingBytes()).isZero();
        Group next = group(2, 10_000);
        assertThat(taker.taken()).isEqualTo(concat(stream(0, HEADER), stream(next.position(), 30_100)));
    }

    /** A cluster is known as a group when its second block is seen, of which the first has been read by then. */
    @Test
    void aGroupMayBecomeKnownBehindItsFirstBytes() {
        buffer = with(new ReplayMemory(0), MAX_DELAY);
        header();
        Take.all(buffer.readFromStart());
        group(0, 10_000);
        Take taker = Take.all(buffer.readFromNextGroup());
        // The first five bytes of the cluster arrive before its head is complete.
        long start = buffer.receivedBytes();
        offer(5);
        buffer.onPossibleGroup(start);
        offer(9_000);
        offer(9_000);
        buffer.onGroup(start, Duration.ofSeconds(2));
        offer(10);
        assertThat(taker.taken()).isEqualTo(concat(stream(0, HEADER), stream(start, start + 18_015)));
    }

    @Test
    void groupsAreFoundByTimeAndPosition() {
        header();
        Group first = group(0, 20_000);
        Group second = group(2, 20_000);
        Group third = group(4, 20_000);
        assertThat(buffer.newestGroup()).contains(third);
        assertThat(buffer.groupAtOrBefore(Duration.ofSeconds(3))).contains(second);
        assertThat(buffer.groupAtOrBefore(Duration.ofSeconds(2))).contains(second);
        assertThat(buffer.groupAtOrBefore(Duration.ofSeconds(9))).contains(third);
        assertThat(buffer.groupAtOrBefore(Duration.ofSeconds(-1))).contains(first);
        assertThat(buffer.groupAfter(second.position())).contains(third);
        assertThat(buffer.groupAfter(0)).contains(first);
        assertThat(buffer.groupAfter(third.position())).isEmpty();
    }

    @Test
    void asManyGroupsAreKeptAsFitAndTheNewestInAnyCase() {
        header();
        Take.all(buffer.readFromStart());
        List<Group> groups = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            groups.add(group(2 * i, 70_000));
            assertThat(buffer.heldBytes()).isLessThan(REPLAY + 70_000);
            assertThat(memory.usedBytes()).isLessThanOrEqualTo(REPLAY + 16_384);
        }
        assertThat(buffer.groupAfter(0)).contains(groups.get(16));
        assertThat(buffer.newestGroup()).contains(groups.get(19));
        Group stale = groups.get(10);
        assertThatThrownBy(() -> buffer.readFrom(stale)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void ofAGroupThatIsTooLongOnlyTheHeaderIsKept() {
        header();
        Take.all(buffer.readFromStart());
        group(0, 50_000);
        for (int i = 0; i < 10; i++) {
            offer(50_000);
        }
        assertThat(buffer.newestGroup()).isEmpty();
        assertThat(buffer.canReplay()).isTrue();
        assertThat(buffer.heldBytes()).isLessThan(60_000);
        Group next = group(2, 10_000);
        assertThat(buffer.newestGroup()).contains(next);
    }

    @Test
    void withoutBudgetOnlyTheHeaderIsKept() {
        ReplayMemory nothing = new ReplayMemory(0);
        buffer = with(nothing, MAX_DELAY);
        header();
        Take.all(buffer.readFromStart());
        group(0, 50_000);
        group(2, 50_000);
        group(4, 10);
        group(6, 10_000);
        assertThat(nothing.usedBytes()).isZero();
        assertThat(buffer.heldBytes()).isLessThan(2 * 10_010 + HEADER);
        assertThat(buffer.canReplay()).isTrue();
    }

    /** Three streams share what is enough for one and a half: each has its newest group, or waits for the next. */
    @Test
    void theBudgetIsSharedAndReturned() {
        ReplayMemory shared = new ReplayMemory(400_000);
        List<ReplayBuffer> streams = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            buffer = with(shared, MAX_DELAY);
            streams.add(buffer);
            header();
            Take.all(buffer.readFromStart());
        }
        for (int second = 0; second < 20; second += 2) {
            for (ReplayBuffer stream : streams) {
                buffer = stream;
                group(second, 70_000);
                assertThat(shared.usedBytes()).isLessThanOrEqualTo(400_000);
            }
        }
        assertThat(streams)
                .allSatisfy(stream ->
                        assertThat(stream.newestGroup()).map(Group::time).contains(Duration.ofSeconds(18)));
        streams.forEach(ReplayBuffer::release);
        assertThat(shared.usedBytes()).isZero();
    }

    @Test
    void theStartIsKeptUntilTheFirstGroupIsThere() {
        offer(HEADER / 2);
        ReplayReader first = buffer.readFromStart();
        Take.all(first);
        offer(HEADER / 2);
        first.detach();
        assertThat(buffer.keepsStart()).isTrue();
        assertThat(Take.all(buffer.readFromStart()).taken()).isEqualTo(stream(0, HEADER));
    }

    @Test
    void aGroupBelongsToItsHeader() {
        header();
        Take.all(buffer.readFromStart());
        Group old = group(0, 30_000);
        long second = buffer.receivedBytes();
        offer(3);
        buffer.onBoundary(second, 5);
        buffer.onNewHeader(second);
        offer(200);
        buffer.onHeaderEnd(second + 300);
        offer(97);
        Group recent = group(0, 30_000);
        assertThat(Take.all(buffer.readFrom(recent)).taken())
                .isEqualTo(concat(stream(second, second + 300), stream(recent.position(), recent.position() + 30_000)));
        assertThat(Take.all(buffer.readFrom(old)).taken())
                .isEqualTo(concat(stream(0, HEADER), stream(old.position(), buffer.receivedBytes())));
    }

    @Test
    void tooManyHeadersAreNotFollowed() {
        header();
        for (int i = 0; i < 30; i++) {
            long at = buffer.receivedBytes();
            buffer.onNewHeader(at);
            buffer.onHeaderEnd(at + HEADER);
            offer(HEADER);
            buffer.onPossibleGroup(buffer.receivedBytes());
            buffer.onGroup(buffer.receivedBytes(), Duration.ZERO);
        }
        assertThat(buffer.canReplay()).isFalse();
        assertThat(buffer.newestGroup()).isEmpty();
    }

    @Test
    void withoutReadersAllThatWaitsPausesTheSource() {
        offer(HIGH);
        assertThat(pauses).containsExactly(true);
        Take taker = Take.subscribe(buffer.readFromStart(), 0);
        assertThat(pauses).containsExactly(true);
        taker.request(1);
        assertThat(pauses).containsExactly(true, false);
    }

    @Test
    void betweenRunsTheSourceGoesOnAndOldMediaIsGivenUp() {
        header();
        ReplayReader reader = buffer.readFromStart();
        Take.all(reader);
        group(0, 50_000);
        reader.detach();
        for (int second = 2; second < 60; second += 2) {
            group(second, 50_000);
        }
        assertThat(pauses).isEmpty();
        assertThat(buffer.heldBytes()).isLessThan(REPLAY + 50_000);
        assertThat(buffer.newestGroup()).map(Group::time).contains(Duration.ofSeconds(58));
        assertThat(buffer.waitingBytes()).isBetween(250_000L, 350_000L);
    }

    @Test
    void theFastestReaderPausesTheSource() {
        header();
        Take fast = Take.subscribe(skipping(buffer.readFromStart()), 1);
        Take.subscribe(skipping(buffer.readFromStart()), 0);
        group(0, 60_000);
        assertThat(pauses).isEmpty();
        offer(60_000);
        assertThat(pauses).containsExactly(true);
        fast.request(1);
        assertThat(pauses).containsExactly(true);
        fast.request(1);
        assertThat(pauses).containsExactly(true, false);
    }

    @Test
    void aSlowerReaderThatMayNotSkipPausesTheSourceToo() {
        header();
        Take.all(skipping(buffer.readFromStart()));
        Take slow = Take.subscribe(buffer.readFromStart(), 0);
        group(0, 60_000);
        assertThat(pauses).isEmpty();
        offer(60_000);
        assertThat(pauses).containsExactly(true);
        slow.request(10);
        assertThat(pauses).containsExactly(true, false);
        assertThat(slow.taken()).isEqualTo(stream(0, 120_100));
    }

    @ParameterizedTest
    @ValueSource(strings = {"not followed", "no group", "never"})
    void aSlowerReaderThatCannotSkipPausesTheSourceToo(String why) {
        buffer = with(memory, why.equals("never") ? Duration.ZERO : MAX_DELAY);
        header();
        Take.all(skipping(buffer.readFromStart()));
        Take slow = Take.subscribe(skipping(buffer.readFromStart()), 0);
        if (why.equals("never")) {
            group(0, 10_000);
        } else if (why.equals("not followed")) {
            group(0, 10_000);
            buffer.notFollowed();
        }
        offer(HIGH);
        assertThat(pauses).containsExactly(true);
        seconds(60);
        slow.request(Long.MAX_VALUE);
        assertThat(slow.taken()).isEqualTo(stream(0, buffer.receivedBytes()));
        assertThat(skips).isEmpty();
    }

    @Test
    void aLateReaderFinishesItsElementAndGoesToTheNewestGroup() {
        header();
        Take fast = Take.all(buffer.readFromStart());
        ReplayReader late = skipping(buffer.readFromStart());
        Take slow = Take.subscribe(late, 2);
        group(0, 20_000);
        offer(10_000);
        buffer.onBoundary(30_100, 1_000_000);
        offer(10_000);
        for (int second = 2; second <= 4; second += 2) {
            seconds(2);
            group(second, 40_000);
        }
        assertThat(skips).isEmpty();
        assertThat(late.position()).isEqualTo(20_100);
        seconds(1);
        offer(1_000);
        assertThat(skips).containsExactly("30100 to 80100, 3");
        assertThat(late.position()).isEqualTo(20_100);
        assertThat(late.waitingBytes()).isEqualTo(10_000 + 41_000);
        slow.request(1);
        assertThat(slow.taken()).isEqualTo(stream(0, 30_100));
        assertThat(late.position()).isEqualTo(80_100);
        slow.request(Long.MAX_VALUE);
        assertThat(slow.taken()).isEqualTo(concat(stream(0, 30_100), stream(80_100, 121_100)));
        assertThat(fast.taken()).isEqualTo(stream(0, 121_100));
        assertThat(pauses).isEmpty();
    }

    @Test
    void aReaderThatTakesNothingStaysBoundedAndNeverPausesTheOthers() {
        header();
        Take.all(buffer.readFromStart());
        ReplayReader wedged = skipping(buffer.readFromStart());
        Take.subscribe(wedged, 1);
        for (int second = 0; second < 100; second += 2) {
            group(second, 70_000);
            offer(70_000);
            assertThat(buffer.heldBytes()).isLessThan(MAX_LAG + REPLAY);
            seconds(2);
        }
        assertThat(pauses).isEmpty();
        assertThat(skips).hasSizeGreaterThan(20);
        assertThat(wedged.waitingBytes()).isLessThan(MAX_LAG);
    }

    @Test
    void aLateReaderAcrossANewHeaderGetsThatHeader() {
        header();
        Take.all(buffer.readFromStart());
        Take slow = Take.subscribe(skipping(buffer.readFromStart()), 2);
        group(0, 20_000);
        long second = buffer.receivedBytes();
        buffer.onBoundary(second, 1);
        buffer.onNewHeader(second);
        buffer.onHeaderEnd(second + 50);
        offer(50);
        group(0, 20_000);
        seconds(5);
        Group newest = group(2, 20_000);
        slow.request(Long.MAX_VALUE);
        assertThat(slow.taken())
                .isEqualTo(concat(stream(0, second + 50), stream(newest.position(), newest.position() + 20_000)));
    }

    @Test
    void theMostThatMayWaitIsReachedBeforeTheDelay() {
        header();
        Take.all(buffer.readFromStart());
        Take.subscribe(skipping(buffer.readFromStart()), 1);
        group(0, 200_000);
        seconds(1);
        group(1, 100_000);
        assertThat(skips).isEmpty();
        offer(100_000);
        assertThat(skips).containsExactly("100 to 200100, 1");
    }

    @Test
    void aSoleReaderOfAnAdaptiveClientNeverSkips() {
        header();
        Take slow = Take.subscribe(skipping(buffer.readFromStart()), 0);
        group(0, 40_000);
        group(2, 40_000);
        seconds(60);
        group(4, 40_000);
        assertThat(pauses).containsExactly(true);
        slow.request(Long.MAX_VALUE);
        assertThat(slow.taken()).isEqualTo(stream(0, buffer.receivedBytes()));
    }

    @Test
    void readingOnASoleReaderSkipsWhileTheMediaIsLive() {
        buffer.readOn(true);
        header();
        Take.subscribe(skipping(buffer.readFromStart()), 1);
        for (int second = 0; second <= 4; second += 2) {
            group(second, 60_000);
            seconds(2);
        }
        offer(10);
        assertThat(pauses).isEmpty();
        assertThat(skips).containsExactly("100 to 120100, 4");
    }

    @Test
    void readingOnAFileIsSlowedDownAndLosesNothing() {
        buffer.readOn(true);
        header();
        Take slow = Take.subscribe(skipping(buffer.readFromStart()), 1);
        int second = 0;
        for (; pauses.isEmpty(); second += 2) {
            group(second, 40_000);
            seconds(0.1);
        }
        assertThat(buffer.heldBytes()).isLessThan(2 * HIGH);
        seconds(0.5);
        slow.request(Long.MAX_VALUE);
        assertThat(skips).isEmpty();
        assertThat(pauses).containsExactly(true, false);
        assertThat(slow.taken()).isEqualTo(stream(0, buffer.receivedBytes()));
    }

    @Test
    void aReaderThatStartsAtAnOldGroupHasTimeToCatchUp() {
        header();
        Take.all(buffer.readFromStart());
        Group first = group(0, 20_000);
        seconds(10);
        group(10, 20_000);
        Take restarted = Take.all(skipping(buffer.readFrom(first)));
        offer(10);
        assertThat(skips).isEmpty();
        assertThat(restarted.taken()).hasSize(40_110);
    }

    @Test
    void aDetachedReaderCompletesAndGivesUpItsClaim() {
        buffer.notFollowed();
        ReplayReader reader = buffer.readFromStart();
        Take taker = Take.subscribe(reader, 1);
        offer(50_000);
        offer(50_000);
        reader.detach();
        reader.detach();
        taker.request(1);
        assertThat(taker.end).isEqualTo(SignalType.ON_COMPLETE);
        assertThat(taker.taken()).hasSize(50_000);
        assertThat(buffer.heldBytes()).isZero();
        assertThat(reader.waitingBytes()).isZero();
    }

    @Test
    void aReaderThatWasDetachedBeforeItHadASubscriberCompletesAtOnce() {
        ReplayReader reader = buffer.readFromStart();
        reader.detach();
        assertThat(Take.all(reader).end).isEqualTo(SignalType.ON_COMPLETE);
    }

    @Test
    void aReaderHasOneSubscriber() {
        ReplayReader reader = buffer.readFromStart();
        Take.all(reader);
        StepVerifier.create(reader).verifyErrorMessage("a reader has one subscriber, once");
    }

    @Test
    void cancellingGivesUpTheClaimWithoutASignal() {
        buffer.notFollowed();
        Take taker = Take.subscribe(buffer.readFromStart(), 1);
        offer(5_000);
        offer(5_000);
        taker.cancel();
        assertThat(buffer.heldBytes()).isZero();
        assertThat(taker.end).isEqualTo(SignalType.CANCEL);
    }

    @Test
    void theEndComesAfterWhatWaits() {
        Take one = Take.subscribe(buffer.readFromStart(), 1);
        Take none = Take.subscribe(buffer.readFromStart(), 0);
        Take waiting = Take.subscribe(buffer.readFromNextGroup(), 0);
        offer(5_000);
        buffer.complete();
        buffer.offer(ByteBufAllocator.DEFAULT.directBuffer(10).writeZero(10));
        assertThat(one.end).isEqualTo(SignalType.ON_COMPLETE);
        assertThat(waiting.end).isEqualTo(SignalType.ON_COMPLETE);
        assertThat(none.end).isEqualTo(SignalType.ON_SUBSCRIBE);
        none.request(1);
        assertThat(none.taken()).isEqualTo(stream(0, 5_000));
        assertThat(none.end).isEqualTo(SignalType.ON_COMPLETE);
        assertThat(buffer.receivedBytes()).isEqualTo(5_000);
    }

    /** The last run may end badly when everything has been read: the next one gets the newest group and the end. */
    @Test
    void theLastGroupCanBeReadAfterTheEnd() {
        header();
        Take.all(buffer.readFromStart());
        Group last = group(0, 5_000);
        buffer.complete();
        Take again = Take.all(buffer.readFrom(last));
        assertThat(again.taken()).isEqualTo(stream(0, 5_100));
        assertThat(again.end).isEqualTo(SignalType.ON_COMPLETE);
    }

    @Test
    void completingBetweenASkipAndItsDeliveryLosesNothing() {
        header();
        Take.all(buffer.readFromStart());
        Take slow = Take.subscribe(skipping(buffer.readFromStart()), 1);
        group(0, 20_000);
        seconds(5);
        group(5, 20_000);
        group(6, 20_000);
        assertThat(skips).hasSize(1);
        buffer.complete();
        assertThat(slow.end).isEqualTo(SignalType.ON_SUBSCRIBE);
        slow.request(Long.MAX_VALUE);
        assertThat(slow.end).isEqualTo(SignalType.ON_COMPLETE);
        assertThat(slow.taken()).hasSizeGreaterThan(20_000);
        assertThat(Arrays.copyOfRange(slow.taken(), slow.taken().length - 20_000, slow.taken().length))
                .isEqualTo(stream(40_100, 60_100));
    }

    @Test
    void discardingEndsReadersReleasesAllAndPausesForGood() {
        header();
        Take one = Take.subscribe(buffer.readFromStart(), 1);
        group(0, 50_000);
        buffer.discard();
        buffer.discard();
        offer(10);
        assertThat(one.end).isEqualTo(SignalType.ON_COMPLETE);
        assertThat(buffer.isCompleted()).isTrue();
        assertThat(buffer.heldBytes()).isZero();
        assertThat(buffer.canReplay()).isFalse();
        assertThat(buffer.keepsStart()).isFalse();
        assertThat(pauses).containsExactly(true);
    }

    @Test
    void releasingTellsTheSourceNothing() {
        Take one = Take.all(buffer.readFromStart());
        buffer.release();
        buffer.discard();
        assertThat(one.end).isEqualTo(SignalType.ON_COMPLETE);
        assertThat(pauses).isEmpty();
    }

    @Test
    void aSubscriberThatAsksWithinOnNextIsAnsweredInOrderAndWithoutRecursion() {
        for (int i = 0; i < 5_000; i++) {
            offer(4_096);
        }
        List<Take> self = new ArrayList<>();
        Take taker = new Take(1, () -> self.get(0).request(1));
        self.add(taker);
        buffer.readFromStart().subscribe(taker);
        assertThat(taker.items).isEqualTo(5_000);
        assertThat(taker.taken()).isEqualTo(stream(0, 5_000 * 4_096));
    }

    @Test
    void offeringCompletingAndJoiningWithinOnNextKeepsTheOrder() {
        header();
        group(0, 5_000);
        List<Take> joined = new ArrayList<>();
        int[] count = {0};
        Take taker = new Take(Long.MAX_VALUE, () -> {
            if (count[0]++ < 5) {
                offer(5_000);
                joined.add(Take.all(buffer.readFrom(buffer.newestGroup().orElseThrow())));
            } else if (!buffer.isCompleted()) {
                buffer.complete();
            }
        });
        buffer.readFromStart().subscribe(taker);
        assertThat(taker.taken()).isEqualTo(stream(0, buffer.receivedBytes()));
        assertThat(taker.end).isEqualTo(SignalType.ON_COMPLETE);
        assertThat(joined).hasSize(5).allSatisfy(other -> {
            assertThat(other.taken()).isEqualTo(taker.taken());
            assertThat(other.end).isEqualTo(SignalType.ON_COMPLETE);
        });
    }

    @Test
    void detachingWithinOnNextAndWithinASkipEndsTheReaderOnce() {
        header();
        group(0, 20_000);
        ReplayReader late = buffer.readFromStart();
        ReplayReader reader = buffer.readFromStart();
        Take.all(buffer.readFromStart());
        Take taker = new Take(Long.MAX_VALUE, reader::detach);
        reader.subscribe(taker);
        assertThat(taker.items).isOne();
        assertThat(taker.end).isEqualTo(SignalType.ON_COMPLETE);

        late.skipWhenLate((from, to, lost) -> late.detach());
        Take slow = Take.subscribe(late, 1);
        seconds(5);
        group(5, 20_000);
        group(6, 20_000);
        assertThat(slow.end).isEqualTo(SignalType.ON_COMPLETE);
    }

    @Test
    void discardingWithinOnNextEndsAllOnce() {
        header();
        group(0, 20_000);
        ReplayReader reader = buffer.readFromStart();
        Take other = Take.all(buffer.readFromStart());
        Take taker = new Take(Long.MAX_VALUE, buffer::discard);
        reader.subscribe(taker);
        assertThat(taker.items).isOne();
        assertThat(taker.end).isEqualTo(SignalType.ON_COMPLETE);
        assertThat(other.end).isEqualTo(SignalType.ON_COMPLETE);
    }

    @Test
    void aCallFromAnotherThreadIsAnErrorAndChangesNothing() {
        DefaultEventLoop elsewhere = new DefaultEventLoop();
        ReplayBuffer confined = on(elsewhere, memory, MAX_DELAY);
        ByteBuf item = ByteBufAllocator.DEFAULT.directBuffer(10).writeZero(10);
        assertThatThrownBy(() -> confined.offer(item)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(confined::complete).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(confined::discard).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(confined::readFromStart).isInstanceOf(IllegalStateException.class);
        assertThat(confined.receivedBytes()).isZero();
        item.release();
        elsewhere.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
