package org.steering4j.hub;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The body of a response, for one thread to read as it comes. Unlike the JDK's stream of it, reading ends when nothing comes for too long, and
 * when the thread is interrupted (in Java 17 that stream swallows interrupts, JDK-8294047).
 */
final class Body implements HttpResponse.BodySubscriber<Body>, AutoCloseable {

    /** Neither bytes nor a failure: the end. */
    private record Piece(List<ByteBuffer> bytes, Throwable failure) {}

    private final Duration silence;
    private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
    private Flow.Subscription subscription;
    private boolean closed;

    Body(Duration silence) {
        this.silence = silence;
    }

    @Override
    public CompletionStage<Body> getBody() {
        return CompletableFuture.completedFuture(this);
    }

    @Override
    public synchronized void onSubscribe(Flow.Subscription subscription) {
        this.subscription = subscription;
        if (closed) {
            subscription.cancel();
        } else {
            subscription.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> bytes) {
        pieces.add(new Piece(bytes, null));
    }

    @Override
    public void onError(Throwable failure) {
        pieces.add(new Piece(null, failure));
    }

    @Override
    public void onComplete() {
        pieces.add(new Piece(null, null));
    }

    /** The next bytes, or null at the end, after which it may not be called again. */
    List<ByteBuffer> next() throws IOException, InterruptedException {
        Piece piece = pieces.poll(silence.toNanos(), TimeUnit.NANOSECONDS);
        if (piece == null) {
            throw new HttpTimeoutException("nothing came for " + silence.toSeconds() + " s");
        }
        if (piece.failure != null) {
            throw new IOException(piece.failure.getMessage(), piece.failure);
        }
        if (piece.bytes != null) {
            requestMore();
        }
        return piece.bytes;
    }

    private synchronized void requestMore() {
        subscription.request(1);
    }

    /** All of it. */
    byte[] read(int maximumBytes) throws IOException, InterruptedException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (List<ByteBuffer> next = next(); next != null; next = next()) {
            for (ByteBuffer buffer : next) {
                byte[] piece = new byte[buffer.remaining()];
                buffer.get(piece);
                bytes.writeBytes(piece);
            }
            if (bytes.size() > maximumBytes) {
                throw new IOException("the answer has more than " + maximumBytes + " bytes");
            }
        }
        return bytes.toByteArray();
    }

    /** Reads no further; the connection is given up if there was more to come. */
    @Override
    public synchronized void close() {
        closed = true;
        if (subscription != null) {
            subscription.cancel();
        }
    }
}
