package io.sluice.gateway.media;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.SignalType;

/** Takes what it asks for, keeps a copy and releases it, and then does what the test wants. */
final class Take extends BaseSubscriber<ByteBuf> {

    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int items;
    SignalType end = SignalType.ON_SUBSCRIBE;
    private final long first;
    private final Runnable then;

    Take(long first) {
        this(first, () -> {});
    }

    Take(long first, Runnable then) {
        this.first = first;
        this.then = then;
    }

    static Take all(ReplayReader reader) {
        return subscribe(reader, Long.MAX_VALUE);
    }

    static Take subscribe(ReplayReader reader, long demand) {
        Take take = new Take(demand);
        reader.subscribe(take);
        return take;
    }

    byte[] taken() {
        return bytes.toByteArray();
    }

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
        if (first > 0) {
            request(first);
        }
    }

    @Override
    protected void hookOnNext(ByteBuf item) {
        byte[] copy = new byte[item.readableBytes()];
        item.readBytes(copy);
        item.release();
        bytes.writeBytes(copy);
        items++;
        then.run();
    }

    @Override
    protected void hookFinally(SignalType type) {
        end = type;
    }
}
