package app.seventv.core.sockets;

import static app.seventv.core.sockets.SocketSlots.CLOSING;
import static app.seventv.core.sockets.SocketSlots.ENDING;
import static app.seventv.core.sockets.SocketSlots.INPUT_ENDED;
import static app.seventv.core.sockets.SocketSlots.OUTPUT_ENDED;
import static app.seventv.core.sockets.SocketSlots.READ_OFF;

import app.seventv.core.clibrary.Errno;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * What comes from the clients of a page, through buffers of the loop: bytes for their users, and
 * the end.
 */
final class SocketInput {
  /** Reads of one socket before others have their turn. */
  private static final int MAX_READS = 4;

  private final SocketTable table;
  private final SocketPage page;
  private final SocketSlots slots;
  private final SocketOutput output;

  SocketInput(SocketTable table, SocketPage page, SocketSlots slots, SocketOutput output) {
    this.table = table;
    this.page = page;
    this.slots = slots;
    this.output = output;
  }

  /** The user wants bytes, or none for now. */
  void reading(int index, boolean wanted) {
    if (!wanted) {
      slots.set(index, READ_OFF);
    } else if (slots.has(index, READ_OFF)) {
      slots.clear(index, READ_OFF);
      SocketUser user = slots.user(index);
      // The client's end may have been told while nobody wanted to hear of it.
      table.loop().execute(() -> readOn(index, user, true));
    }
  }

  /** Encrypted bytes from the socket that is about to come. */
  void early(int index, ByteBuf sealed) {
    SocketUser user = slots.user(index);
    if (user != null && !slots.has(index, INPUT_ENDED | CLOSING)) {
      received(index, user, sealed);
    }
  }

  /**
   * Reads until the socket is empty.
   *
   * @param toEnd whether the client's end is there already, behind what it has sent
   */
  void read(int index, boolean toEnd) {
    SocketUser user = slots.user(index);
    for (int i = 0; user != null && i < MAX_READS; i++) {
      if (!slots.belongsTo(index, user) || slots.has(index, READ_OFF | INPUT_ENDED | CLOSING)) {
        return;
      }
      ByteBuf buffer = table.readBuffer();
      int count =
          table
              .calls()
              .receive(slots.descriptor(index), Addresses.start(buffer), SocketTable.READ_BYTES);
      if (count > 0) {
        received(index, user, buffer.setIndex(0, count));
        if (count < SocketTable.READ_BYTES && !toEnd) {
          return; // what comes after this will be told
        }
      } else if (count == 0) {
        ended(index);
        return;
      } else if (count == -Errno.EAGAIN) {
        return;
      } else if (count != -Errno.EINTR) {
        page.close(index);
        return;
      }
    }
    table.loop().execute(() -> readOn(index, user, toEnd));
  }

  /** A later part of a turn: the slot may have changed hands. */
  private void readOn(int index, @Nullable SocketUser user, boolean toEnd) {
    if (slots.belongsTo(index, user) && slots.isAttached(index)) {
      read(index, toEnd);
    }
  }

  private void received(int index, SocketUser user, ByteBuf bytes) {
    TlsSocket secure = slots.secure(index);
    int outcome = TlsSocket.MORE;
    output.holdFlushes(index);
    try {
      if (secure == null) {
        user.received(bytes.retain());
      } else {
        outcome = decrypt(index, user, secure, bytes);
      }
    } finally {
      if (outcome == TlsSocket.FAILED) {
        output.dropPlain(index); // an attempt to encrypt it would cost the alert that waits
      }
      output.sendHeld(index);
    }
    if (outcome != TlsSocket.MORE && !slots.has(index, CLOSING)) {
      secureEnded(index, outcome);
    }
  }

  /** Gives the user what the bytes hold, all of it: they cannot go back into the socket. */
  private int decrypt(int index, SocketUser user, TlsSocket secure, ByteBuf bytes) {
    secure.feed(bytes);
    try {
      while (!slots.has(index, CLOSING)) {
        ByteBuf plain = table.plainBuffer();
        int count = secure.read(plain);
        if (count <= 0) {
          return count;
        }
        user.received(plain.writerIndex(count).retain());
      }
      return TlsSocket.MORE;
    } finally {
      secure.fed();
    }
  }

  /** The client has said that it is done, or something that is no TLS: an alert answers. */
  private void secureEnded(int index, int outcome) {
    if (slots.has(index, OUTPUT_ENDED)) {
      page.close(index);
      return;
    }
    slots.set(index, INPUT_ENDED);
    if (slots.has(index, ENDING) && outcome == TlsSocket.ENDED) {
      return; // what is on its way still goes out
    }
    slots.set(index, ENDING);
    output.dropPlain(index);
    output.endIfDone(index);
  }

  private void ended(int index) {
    slots.set(index, INPUT_ENDED);
    // What is on its way while the session closes still goes out, a close frame above all.
    if (!slots.has(index, ENDING)
        || slots.has(index, OUTPUT_ENDED)
        || slots.waiting(index) == null) {
      page.close(index);
    }
  }
}
