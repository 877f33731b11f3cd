package io.sluice.gateway.process;

import io.netty.buffer.ByteBuf;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** A source that emits within {@code request} and records the demand. Used on one event loop. */
final class StepwiseSource implements Publisher<ByteBuf>, Subscription {

    private final int items;
    private final IntFunction<ByteBuf> item;
    private @Nullable Subscriber<? super ByteBuf> subscriber;
    volatile int delivered;
    volatile long largestRequest;
    volatile boolean cancelled;
    private boolean completed;

    StepwiseSource(int items, IntFunction<ByteBuf> item) {
        this.items = items;
        this.item = item;
    }

    @Override
    public void subscribe(Subscriber<? super ByteBuf> subscriber) {
        this.subscriber = subscriber;
        subscriber.onSubscribe(this);
    }

    @Override
    public void request(long n) {
        largestRequest = Math.max(largestRequest, n);
        Subscriber<? super ByteBuf> to = subscriber;
        for (long i = 0; i < n && to != null && !cancelled && delivered < items; i++) {
            int index = delivered;
            delivered = index + 1;
            to.onNext(item.apply(index));
        }
        if (to != null && delivered == items && !completed && !cancelled) {
            completed = true;
            to.onComplete();
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
    }
}
