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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.SignalType;
import reactor.test.StepVerifier;

/**
 * What waits between a source and a sink, with this test on both sides. A buffer holds its number, and is as long as it
 * needs to be.
 */
@ExtendWith(NoBufferLeaks.class)
class MediaQueueTest {

    private static final int LOW = 20_000;
    private static final int HIGH = 100_000;
    /** Large enough not to be gathered with others. */
    private static final int ITEM = 5_000;

    private final List<Boolean> pauses = new ArrayList<>();
    private final MediaQueue queue = on(ImmediateEventExecutor.INSTANCE);

    private MediaQueue on(EventExecutor eventLoop) {
        return new MediaQueue(eventLoop, LOW, HIGH, pauses::add);
    }

    private static ByteBuf item(int number, int length) {
        return ByteBufAllocator.DEFAULT.directBuffer(length).writeByte(number).writeZero(length - 1);
    }

    private void offer(int number, int length) {
        queue.offer(item(number, length));
    }

    private void offerAll(int... numbers) {
        for (int number : numbers) {
            offer(number, ITEM);
        }
    }

    /** Takes what it asked for, writes down its number, releases it, and then does what the test wants. */
    private static final class Taker extends BaseSubscriber<ByteBuf> {

        private final List<Integer> taken = new ArrayList<>();
        private final long first;
        private Consumer<Integer> then = number -> {};
        private SignalType end = SignalType.ON_SUBSCRIBE;

        Taker(long first) {
            this.first = first;
        }

        Taker then(Consumer<Integer> action) {
            then = action;
            return this;
        }

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            if (first > 0) {
                request(first);
            }
        }

        @Override
        protected void hookOnNext(ByteBuf item) {
            int number = item.readByte();
            item.release();
            taken.add(number);
            then.accept(number);
        }

        @Override
        protected void hookFinally(SignalType type) {
            end = type;
        }
    }

    private Taker taker(long first) {
        Taker taker = new Taker(first);
        queue.subscribe(taker);
        return taker;
    }

    @Test
    void whatWaitsIsTakenItemByItemAsItIsAskedFor() {
        offerAll(1, 2, 3, 4);
        Taker taker = taker(0);
        assertThat(taker.taken).isEmpty();
        taker.request(1);
        assertThat(taker.taken).containsExactly(1);
        assertThat(queue.waitingBytes()).isEqualTo(3 * ITEM);
        taker.request(2);
        assertThat(taker.taken).containsExactly(1, 2, 3);
        taker.request(2);
        offerAll(5, 6);
        assertThat(taker.taken).containsExactly(1, 2, 3, 4, 5);
        assertThat(queue.waitingBytes()).isEqualTo(ITEM);
        queue.discard();
    }

    @Test
    void demandThatCameFirstIsAnsweredAtOnce() {
        Taker taker = taker(Long.MAX_VALUE);
        offerAll(1, 2, 3);
        assertThat(taker.taken).containsExactly(1, 2, 3);
        assertThat(queue.waitingBytes()).isZero();
        assertThat(pauses).isEmpty();
    }

    @Test
    void demandAddsUp() {
        Taker taker = taker(Long.MAX_VALUE - 1);
        taker.request(Long.MAX_VALUE);
        offerAll(1, 2);
        assertThat(taker.taken).containsExactly(1, 2);
    }

    @Test
    void aSourceHearsOfPressureOnlyWhenItChanges() {
        Taker taker = taker(0);
        offer(1, HIGH - 8_192);
        assertThat(pauses).isEmpty();
        offer(2, 8_192);
        assertThat(pauses).containsExactly(true);
        offer(3, 10_000);
        offer(4, 10_001);
        taker.request(1);
        taker.request(1);
        assertThat(queue.heldBytes()).isEqualTo(LOW + 1);
        assertThat(pauses).containsExactly(true);
        offer(5, 10_000);
        taker.request(1);
        assertThat(queue.heldBytes()).isEqualTo(LOW + 1);
        assertThat(pauses).containsExactly(true);
        taker.request(1);
        assertThat(queue.heldBytes()).isEqualTo(10_000);
        assertThat(pauses).containsExactly(true, false);
        offer(6, LOW);
        assertThat(pauses).containsExactly(true, false);
        offer(7, HIGH);
        assertThat(pauses).containsExactly(true, false, true);
        queue.discard();
        assertThat(pauses).containsExactly(true, false, true);
    }

    @Test
    void atTheLowMarkItselfTheSourceGoesOn() {
        Taker taker = taker(0);
        offer(1, HIGH);
        offer(2, LOW);
        taker.request(1);
        assertThat(pauses).containsExactly(true, false);
        queue.discard();
    }

    @Test
    void singleBytesThatWaitAreGatheredAndInOrder() {
        List<ByteBuf> taken = new ArrayList<>();
        for (int number = 0; number < 10_000; number++) {
            offer(number, 1);
        }
        assertThat(queue.waitingBytes()).isEqualTo(10_000);
        assertThat(queue.heldBytes()).isBetween(10_000L, 16_384L);
        assertThat(pauses).isEmpty();
        queue.subscribe(taken::add);
        assertThat(taken).hasSize(1);
        int number = 0;
        for (ByteBuf item : taken) {
            while (item.isReadable()) {
                assertThat(item.readByte()).isEqualTo((byte) number++);
            }
            item.release();
        }
        assertThat(number).isEqualTo(10_000);
        assertThat(queue.heldBytes()).isZero();
    }

    @Test
    void smallItemsAndLargeOnesStayInOrder() {
        offer(1, 1);
        offer(2, 20_000);
        offer(3, 1);
        offer(4, 1);
        List<Integer> first = new ArrayList<>();
        queue.subscribe(item -> {
            first.add((int) item.getByte(item.readerIndex()));
            assertThat(item.readableBytes()).isIn(1, 2, 20_000);
            item.release();
        });
        assertThat(first).containsExactly(1, 2, 3);
        offer(5, 1);
        assertThat(first).containsExactly(1, 2, 3, 5);
    }

    /** The sizes in turn, from read buffers of 64 KiB as a socket has them: what is held is bounded by what waits. */
    @ParameterizedTest
    @ValueSource(strings = {"1", "1 4096", "4095", "1 255 5000", "20000 1 1", "300 40000"})
    void theMemoryHeldIsBoundedByTheBytesThatWait(String lengths) {
        int[] sizes =
                Arrays.stream(lengths.split(" ")).mapToInt(Integer::parseInt).toArray();
        Taker taker = taker(0);
        UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);
        int offered = 0;
        for (int i = 0; queue.waitingBytes() < 60_000; i++) {
            int length = sizes[i % sizes.length];
            ByteBuf read = memory.directBuffer(65_536).writeZero(length);
            queue.offer(read.readRetainedSlice(length));
            read.release();
            offered += length;
        }
        assertThat(queue.waitingBytes()).isEqualTo(offered);
        assertThat(memory.metric().usedDirectMemory()).isEqualTo(queue.heldBytes());
        assertThat(queue.heldBytes()).isLessThanOrEqualTo(2L * offered + 256);
        taker.request(Long.MAX_VALUE);
        assertThat(memory.metric().usedDirectMemory()).isZero();
    }

    @Test
    void aDetachedSinkCompletesAndTheNextOneGetsTheRest() {
        offerAll(1, 2);
        Taker first = taker(1);
        queue.detachSink();
        offerAll(3);
        first.request(1);
        Taker second = taker(Long.MAX_VALUE);
        assertThat(first.taken).containsExactly(1);
        assertThat(first.end).isEqualTo(SignalType.ON_COMPLETE);
        assertThat(second.taken).containsExactly(2, 3);
        queue.detachSink();
        queue.detachSink();
        assertThat(second.end).isEqualTo(SignalType.ON_COMPLETE);
        assertThat(queue.isCompleted()).isFalse();
    }

    @Test
    void aFewBytesThatWaitDoNotKeepTheirReadBufferAlive() {
        ByteBuf read = ByteBufAllocator.DEFAULT.directBuffer(65_536).writeZero(65_536);
        queue.offer(read.readRetainedSlice(10));
        assertThat(read.refCnt()).isEqualTo(1);
        read.release();
        queue.discard();
    }

    @Test
    void whatIsTakenAtOnceNeverWeighs() {
        taker(1);
        offer(1, 10 * HIGH);
        assertThat(pauses).isEmpty();
    }

    @Test
    void aNewSinkGoesOnWhereTheLastOneStopped() {
        offerAll(1, 2, 3, 4, 5);
        Taker first = taker(2);
        first.cancel();
        first.request(5);
        offerAll(6);
        assertThat(queue.waitingBytes()).isEqualTo(4 * ITEM);
        Taker second = taker(3);
        second.cancel();
        Taker third = taker(Long.MAX_VALUE);
        queue.complete();

        assertThat(first.taken).containsExactly(1, 2);
        assertThat(second.taken).containsExactly(3, 4, 5);
        assertThat(third.taken).containsExactly(6);
        assertThat(third.end).isEqualTo(SignalType.ON_COMPLETE);
        assertThat(first.end).isEqualTo(SignalType.CANCEL);
    }

    @Test
    void aLateCancelOfTheOldSinkLeavesTheNewOneAlone() {
        Taker first = taker(1);
        first.cancel();
        Taker second = taker(Long.MAX_VALUE);
        first.cancel();
        offerAll(1);
        assertThat(second.taken).containsExactly(1);
    }

    @Test
    void thereIsOneSinkAtATime() {
        Taker first = taker(Long.MAX_VALUE);
        StepVerifier.create(queue).verifyErrorMessage("the media queue already has a sink");
        offerAll(1);
        assertThat(first.taken).containsExactly(1);
    }

    @Test
    void theEndComesAfterWhatWaits() {
        offerAll(1, 2);
        Taker taker = taker(1);
        queue.complete();
        assertThat(taker.end).isEqualTo(SignalType.ON_SUBSCRIBE);
        taker.request(1);
        assertThat(taker.taken).containsExactly(1, 2);
        assertThat(taker.end).isEqualTo(SignalType.ON_COMPLETE);
    }

    @Test
    void theEndNeedsNoDemand() {
        Taker taker = taker(0);
        queue.complete();
        assertThat(taker.end).isEqualTo(SignalType.ON_COMPLETE);
        assertThat(taker(0).end).as("a sink that comes late").isEqualTo(SignalType.ON_COMPLETE);
    }

    @Test
    void whatIsOfferedAfterTheEndIsReleased() {
        queue.complete();
        ByteBuf late = item(1, 10);
        queue.offer(late);
        assertThat(late.refCnt()).isZero();
        assertThat(queue.waitingBytes()).isZero();
    }

    @Test
    void anEmptyBufferIsReleasedAndNotPassedOn() {
        Taker taker = taker(Long.MAX_VALUE);
        ByteBuf empty = ByteBufAllocator.DEFAULT.directBuffer(1);
        queue.offer(empty);
        assertThat(empty.refCnt()).isZero();
        assertThat(taker.taken).isEmpty();
    }

    @Test
    void discardingReleasesWhatWaitsAndWhatComes() {
        Taker taker = taker(1);
        offer(1, 10);
        offer(2, HIGH);
        queue.discard();
        queue.discard();
        offerAll(3);
        assertThat(taker.taken).containsExactly(1);
        assertThat(taker.end).isEqualTo(SignalType.ON_COMPLETE);
        assertThat(queue.waitingBytes()).isZero();
        assertThat(pauses).containsExactly(true);
    }

    @Test
    void discardingPausesASourceThatWasNotPaused() {
        queue.discard();
        offer(1, HIGH);
        assertThat(pauses).containsExactly(true);
    }

    @Test
    void discardingWithoutASinkAndAfterTheEndReleasesToo() {
        offerAll(1, 2);
        queue.complete();
        queue.discard();
        Taker late = taker(Long.MAX_VALUE);
        assertThat(late.taken).isEmpty();
        assertThat(late.end).isEqualTo(SignalType.ON_COMPLETE);
    }

    @Test
    void aSinkThatAsksWithinOnNextIsAnsweredInOrderAndWithoutRecursion() {
        int items = 5_000;
        for (int i = 0; i < items; i++) {
            offer(i % 100, 4_096);
        }
        Taker taker = new Taker(1);
        taker.then(number -> taker.request(1));
        queue.subscribe(taker);
        assertThat(taker.taken).hasSize(items);
        assertThat(taker.taken.subList(0, 4)).containsExactly(0, 1, 2, 3);
    }

    @Test
    void aSourceThatOffersWithinOnNextIsAnsweredInOrder() {
        Taker taker = new Taker(Long.MAX_VALUE);
        taker.then(number -> {
            if (number < 5) {
                offerAll(number + 1);
            }
        });
        queue.subscribe(taker);
        offerAll(1);
        assertThat(taker.taken).containsExactly(1, 2, 3, 4, 5);
    }

    @Test
    void aSinkThatCancelsWithinOnNextGetsNothingMore() {
        offerAll(1, 2, 3);
        Taker taker = new Taker(Long.MAX_VALUE);
        taker.then(number -> taker.cancel());
        queue.subscribe(taker);
        assertThat(taker.taken).containsExactly(1);
        assertThat(taker(Long.MAX_VALUE).taken).containsExactly(2, 3);
    }

    @Test
    void aSinkThatIsReplacedWithinOnNextLosesNothing() {
        offerAll(1, 2, 3);
        Taker second = new Taker(Long.MAX_VALUE);
        Taker first = new Taker(Long.MAX_VALUE);
        first.then(number -> {
            first.cancel();
            queue.subscribe(second);
        });
        queue.subscribe(first);
        assertThat(first.taken).containsExactly(1);
        assertThat(second.taken).containsExactly(2, 3);
    }

    @Test
    void discardingWithinOnNextEndsTheSinkOnce() {
        offerAll(1, 2, 3);
        Taker taker = new Taker(Long.MAX_VALUE);
        taker.then(number -> queue.discard());
        queue.subscribe(taker);
        assertThat(taker.taken).containsExactly(1);
        assertThat(taker.end).isEqualTo(SignalType.ON_COMPLETE);
    }

    @Test
    void completingWithinOnNextLetsTheRestThrough() {
        offerAll(1, 2, 3);
        Taker taker = new Taker(Long.MAX_VALUE);
        taker.then(number -> queue.complete());
        queue.subscribe(taker);
        assertThat(taker.taken).containsExactly(1, 2, 3);
        assertThat(taker.end).isEqualTo(SignalType.ON_COMPLETE);
    }

    @Test
    void aCallFromAnotherThreadIsAnErrorAndChangesNothing() {
        DefaultEventLoop elsewhere = new DefaultEventLoop();
        MediaQueue confined = on(elsewhere);
        ByteBuf item = item(1, 10);
        assertThatThrownBy(() -> confined.offer(item)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(confined::complete).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(confined::discard).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> confined.subscribe(new Taker(1))).isInstanceOf(IllegalStateException.class);
        assertThat(confined.waitingBytes()).isZero();
        item.release();
        elsewhere.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
