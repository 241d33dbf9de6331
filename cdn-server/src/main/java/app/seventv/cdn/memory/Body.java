package app.seventv.cdn.memory;

import io.netty.buffer.AbstractByteBuf;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.IllegalReferenceCountException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ScatteringByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * A block of a region as a buffer of fixed length. Its memory is freed once, when its last
 * reference is given up; from then on the buffer stays dead, whoever has its memory next.
 *
 * <p>Small, since there is one per object in the cache: 40 bytes, where Netty's own buffer has 250
 * with what belongs to it. Views of it ({@code retainedDuplicate}, {@code retainedSlice}) are
 * Netty's. All access is by place, so any number of threads may read.
 */
final class Body extends AbstractByteBuf {
  private static final VarHandle REFERENCES;

  static {
    try {
      REFERENCES = MethodHandles.lookup().findVarHandle(Body.class, "references", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Region region;
  private final int block;
  private volatile int references = 1;

  Body(Region region, int block, int length) {
    super(length);
    this.region = region;
    this.block = block;
  }

  @Override
  public int refCnt() {
    return references;
  }

  @Override
  public ByteBuf retain() {
    return retain(1);
  }

  @Override
  public ByteBuf retain(int increment) {
    int now = references;
    while (now > 0 && increment > 0 && now + increment > 0) {
      int seen = (int) REFERENCES.compareAndExchange(this, now, now + increment);
      if (seen == now) {
        return this;
      }
      now = seen;
    }
    throw new IllegalReferenceCountException(now, increment);
  }

  @Override
  public boolean release() {
    return release(1);
  }

  @Override
  public boolean release(int decrement) {
    int now = references;
    while (decrement > 0 && now >= decrement) {
      int seen = (int) REFERENCES.compareAndExchange(this, now, now - decrement);
      if (seen == now) {
        if (now == decrement) {
          region.memory().free(region, block, maxCapacity());
          return true;
        }
        return false;
      }
      now = seen;
    }
    throw new IllegalReferenceCountException(now, -decrement);
  }

  @Override
  public ByteBuf touch() {
    return this;
  }

  @Override
  public ByteBuf touch(Object hint) {
    return this;
  }

  @Override
  public int capacity() {
    return maxCapacity();
  }

  @Override
  public ByteBuf capacity(int newCapacity) {
    if (newCapacity != maxCapacity()) {
      throw new UnsupportedOperationException("a body keeps its length");
    }
    return this;
  }

  @Override
  public ByteBufAllocator alloc() {
    return ByteBufAllocator.DEFAULT;
  }

  @Override
  @SuppressWarnings("deprecation") // abstract in the superclass
  public ByteOrder order() {
    return ByteOrder.BIG_ENDIAN;
  }

  @Override
  public @Nullable ByteBuf unwrap() {
    return null;
  }

  @Override
  public boolean isDirect() {
    return true;
  }

  @Override
  public boolean isContiguous() {
    return true;
  }

  @Override
  public boolean hasArray() {
    return false;
  }

  @Override
  public byte[] array() {
    throw new UnsupportedOperationException("direct buffer");
  }

  @Override
  public int arrayOffset() {
    throw new UnsupportedOperationException("direct buffer");
  }

  @Override
  public boolean hasMemoryAddress() {
    return true;
  }

  @Override
  public long memoryAddress() {
    ensureAccessible();
    return region.address() + at(0);
  }

  @Override
  public int nioBufferCount() {
    return 1;
  }

  @Override
  public ByteBuffer nioBuffer(int index, int length) {
    checkIndex(index, length);
    return region.bytes().slice(at(index), length);
  }

  @Override
  public ByteBuffer internalNioBuffer(int index, int length) {
    return nioBuffer(index, length);
  }

  @Override
  public ByteBuffer[] nioBuffers(int index, int length) {
    return new ByteBuffer[] {nioBuffer(index, length)};
  }

  private int at(int index) {
    return block * Region.UNIT_BYTES + Region.HEADER_BYTES + index;
  }

  @Override
  protected byte _getByte(int index) {
    return region.bytes().get(at(index));
  }

  @Override
  protected short _getShort(int index) {
    return region.bytes().getShort(at(index));
  }

  @Override
  protected short _getShortLE(int index) {
    return Short.reverseBytes(_getShort(index));
  }

  @Override
  protected int _getUnsignedMedium(int index) {
    return (_getShort(index) & 0xFFFF) << 8 | (_getByte(index + 2) & 0xFF);
  }

  @Override
  protected int _getUnsignedMediumLE(int index) {
    return Integer.reverseBytes(_getUnsignedMedium(index)) >>> 8;
  }

  @Override
  protected int _getInt(int index) {
    return region.bytes().getInt(at(index));
  }

  @Override
  protected int _getIntLE(int index) {
    return Integer.reverseBytes(_getInt(index));
  }

  @Override
  protected long _getLong(int index) {
    return region.bytes().getLong(at(index));
  }

  @Override
  protected long _getLongLE(int index) {
    return Long.reverseBytes(_getLong(index));
  }

  @Override
  protected void _setByte(int index, int value) {
    region.bytes().put(at(index), (byte) value);
  }

  @Override
  protected void _setShort(int index, int value) {
    region.bytes().putShort(at(index), (short) value);
  }

  @Override
  protected void _setShortLE(int index, int value) {
    _setShort(index, Short.reverseBytes((short) value));
  }

  @Override
  protected void _setMedium(int index, int value) {
    _setShort(index, value >>> 8);
    _setByte(index + 2, value);
  }

  @Override
  protected void _setMediumLE(int index, int value) {
    _setMedium(index, Integer.reverseBytes(value) >>> 8);
  }

  @Override
  protected void _setInt(int index, int value) {
    region.bytes().putInt(at(index), value);
  }

  @Override
  protected void _setIntLE(int index, int value) {
    _setInt(index, Integer.reverseBytes(value));
  }

  @Override
  protected void _setLong(int index, long value) {
    region.bytes().putLong(at(index), value);
  }

  @Override
  protected void _setLongLE(int index, long value) {
    _setLong(index, Long.reverseBytes(value));
  }

  @Override
  public ByteBuf getBytes(int index, ByteBuf to, int toIndex, int length) {
    checkDstIndex(index, length, toIndex, to.capacity());
    to.setBytes(toIndex, nioBuffer(index, length));
    return this;
  }

  @Override
  public ByteBuf getBytes(int index, byte[] to, int toIndex, int length) {
    checkDstIndex(index, length, toIndex, to.length);
    region.bytes().get(at(index), to, toIndex, length);
    return this;
  }

  @Override
  public ByteBuf getBytes(int index, ByteBuffer to) {
    to.put(nioBuffer(index, to.remaining()));
    return this;
  }

  @Override
  public ByteBuf getBytes(int index, OutputStream to, int length) throws IOException {
    byte[] copy = new byte[length];
    getBytes(index, copy);
    to.write(copy);
    return this;
  }

  @Override
  public int getBytes(int index, GatheringByteChannel to, int length) throws IOException {
    return to.write(nioBuffer(index, length));
  }

  @Override
  public int getBytes(int index, FileChannel to, long position, int length) throws IOException {
    return to.write(nioBuffer(index, length), position);
  }

  @Override
  public ByteBuf setBytes(int index, ByteBuf from, int fromIndex, int length) {
    checkSrcIndex(index, length, fromIndex, from.capacity());
    if (from.nioBufferCount() == 1) {
      setBytes(index, from.nioBuffer(fromIndex, length));
    } else {
      from.getBytes(fromIndex, nioBuffer(index, length));
    }
    return this;
  }

  @Override
  public ByteBuf setBytes(int index, byte[] from, int fromIndex, int length) {
    checkSrcIndex(index, length, fromIndex, from.length);
    region.bytes().put(at(index), from, fromIndex, length);
    return this;
  }

  @Override
  public ByteBuf setBytes(int index, ByteBuffer from) {
    nioBuffer(index, from.remaining()).put(from);
    return this;
  }

  @Override
  public int setBytes(int index, InputStream from, int length) throws IOException {
    byte[] copy = new byte[length];
    int count = from.read(copy);
    if (count > 0) {
      setBytes(index, copy, 0, count);
    }
    return count;
  }

  @Override
  public int setBytes(int index, ScatteringByteChannel from, int length) throws IOException {
    try {
      return from.read(nioBuffer(index, length));
    } catch (ClosedChannelException e) {
      return -1; // as ByteBuf has it
    }
  }

  @Override
  public int setBytes(int index, FileChannel from, long position, int length) throws IOException {
    try {
      return from.read(nioBuffer(index, length), position);
    } catch (ClosedChannelException e) {
      return -1;
    }
  }

  @Override
  public ByteBuf copy(int index, int length) {
    checkIndex(index, length);
    return Unpooled.directBuffer(length, Math.max(1, length)).writeBytes(this, index, length);
  }
}
