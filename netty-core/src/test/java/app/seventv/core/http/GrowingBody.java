package app.seventv.core.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** Bytes that come little by little. */
final class GrowingBody extends ByteArrayOutputStream {
  /** Waits for more. */
  @FunctionalInterface
  interface More {
    /** Returns when there are more than so many bytes, or no more will come. */
    void await(int bytes) throws IOException;
  }

  private synchronized int copy(int from, byte[] into, int offset, int length) {
    int copied = Math.min(length, count - from);
    System.arraycopy(buf, from, into, offset, copied);
    return copied;
  }

  /** All of them from the first, ending where {@code more} brings no more. */
  InputStream asStream(More more) {
    return new InputStream() {
      private int at;

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
          return 0;
        }
        if (size() <= at) {
          more.await(at);
        }
        int copied = copy(at, into, offset, length);
        at += copied;
        return copied > 0 ? copied : -1;
      }
    };
  }
}
