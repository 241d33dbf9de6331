package io.netty.channel.uring;

import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.NullMarked;

/**
 * Takes what is submitted to a ring, and tells of nothing by itself: the test says what has come to
 * its end, and when. What operations hold is package-private in Netty; hence its package.
 */
@NullMarked
public final class ScriptedKernel implements IoRegistration {
  private static final int REGISTRATION = 7;

  private final Deque<Operation> submitted = new ArrayDeque<>();

  /**
   * An operation.
   *
   * @param address of what is to be sent, or the {@link #id} of what is to be cancelled
   */
  public record Operation(byte opcode, int descriptor, long address, int length, long data) {}

  /** By which an operation can be cancelled. */
  public static long id(byte opcode, int data) {
    return UserData.encode(REGISTRATION, opcode, (short) data);
  }

  /** What was submitted since the last call. */
  public List<Operation> submitted() {
    List<Operation> all = new ArrayList<>(submitted);
    submitted.clear();
    return all;
  }

  @Override
  public long submit(IoOps ops) {
    IoUringIoOps io = (IoUringIoOps) ops;
    submitted.add(new Operation(io.opcode(), io.fd(), io.union2(), io.len(), io.userData()));
    return id(io.opcode(), (int) io.userData());
  }

  @Override
  @SuppressWarnings("TypeParameterUnusedInFormals") // as Netty has it
  public <T> T attachment() {
    throw new UnsupportedOperationException("there is no ring");
  }

  @Override
  public boolean isValid() {
    return true;
  }

  @Override
  public boolean cancel() {
    return false;
  }
}
