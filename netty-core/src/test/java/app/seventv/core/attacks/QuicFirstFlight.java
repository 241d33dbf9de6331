package app.seventv.core.attacks;

import app.seventv.core.http.Http3Client;
import app.seventv.core.transport.EventLoops;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** First datagrams of QUIC clients that never send a second one. */
final class QuicFirstFlight {
  private static final int MAX_DATAGRAM_BYTES = 65_535;
  private static final int LIMIT_MS = 10_000;

  /** Index of a byte that is encrypted; zeros may follow a packet. */
  static final int WITHIN_INITIAL = 100;

  /** RFC 9001 §5.2. */
  private static final byte[] SALT =
      HexFormat.of().parseHex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a");

  private static final int SECRET_BYTES = 32;
  private static final int KEY_BYTES = 16;
  private static final int IV_BYTES = 12;
  private static final int TAG_BYTES = 16;
  private static final int SAMPLE_OFFSET = 4;

  private QuicFirstFlight() {}

  /** The first datagram of a real client, caught on its way. */
  static byte[] initial(EventLoops clientLoops) throws IOException {
    try (DatagramSocket trap = socket()) {
      Thread.ofVirtual()
          .start(() -> {
            try {
              Http3Client.connect(clientLoops, (InetSocketAddress) trap.getLocalSocketAddress());
            } catch (IOException expected) {
              // nobody answers
            }
          });
      trap.setSoTimeout(LIMIT_MS);
      DatagramPacket packet = new DatagramPacket(new byte[MAX_DATAGRAM_BYTES], MAX_DATAGRAM_BYTES);
      trap.receive(packet);
      return Arrays.copyOf(packet.getData(), packet.getLength());
    }
  }

  private static DatagramSocket socket() throws IOException {
    return new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  /** The first datagram that comes back. */
  static byte[] answer(InetSocketAddress server, byte[] datagram) throws IOException {
    try (DatagramSocket socket = socket()) {
      socket.setSoTimeout(LIMIT_MS);
      socket.send(new DatagramPacket(datagram, datagram.length, server));
      DatagramPacket packet = new DatagramPacket(new byte[MAX_DATAGRAM_BYTES], MAX_DATAGRAM_BYTES);
      socket.receive(packet);
      return Arrays.copyOf(packet.getData(), packet.getLength());
    }
  }

  /** What comes back for datagrams whose sender never answers, until it is quiet for so long. */
  static List<byte[]> answers(InetSocketAddress server, List<byte[]> datagrams, int quietMs)
      throws IOException {
    try (DatagramSocket socket = socket()) {
      socket.setSoTimeout(quietMs);
      for (byte[] datagram : datagrams) {
        socket.send(new DatagramPacket(datagram, datagram.length, server));
      }
      List<byte[]> answers = new ArrayList<>();
      DatagramPacket packet = new DatagramPacket(new byte[MAX_DATAGRAM_BYTES], MAX_DATAGRAM_BYTES);
      while (true) {
        packet.setLength(MAX_DATAGRAM_BYTES);
        try {
          socket.receive(packet);
        } catch (SocketTimeoutException quiet) {
          return answers;
        }
        answers.add(Arrays.copyOf(packet.getData(), packet.getLength()));
      }
    }
  }

  /** Their bytes. */
  static long bytes(List<byte[]> datagrams) {
    return datagrams.stream().mapToLong(datagram -> datagram.length).sum();
  }

  /**
   * The same Initial without its padding: what it says stays, in a smaller datagram. Its keys are
   * known to everybody (RFC 9001 §5.2).
   */
  static byte[] withoutPadding(byte[] initial) throws GeneralSecurityException {
    int idLength = initial[5];
    byte[] id = Arrays.copyOfRange(initial, 6, 6 + idLength);
    int lengthAt = 6 + idLength + 1 + initial[6 + idLength] + 1; // no token: its length is a byte
    int numberAt = lengthAt + 2;
    byte[] secret = expand(hmac(SALT, id), "client in", SECRET_BYTES);
    byte[] mask = mask(secret, initial, numberAt);
    int numberLength = 1 + ((initial[0] ^ mask[0]) & 3);
    byte[] header = Arrays.copyOf(initial, numberAt + numberLength);
    protect(header, mask, numberAt, numberLength);
    int end = numberAt + (ByteBuffer.wrap(initial).getShort(lengthAt) & 0x3fff);
    byte[] frames =
        seal(
            Cipher.DECRYPT_MODE,
            secret,
            header,
            numberAt,
            Arrays.copyOfRange(initial, header.length, end));
    int used = frames.length;
    while (frames[used - 1] == 0) {
      used--;
    }
    int length = numberLength + used + TAG_BYTES;
    ByteBuffer.wrap(header).putShort(lengthAt, (short) (0x4000 | length));
    return protectedPacket(secret, header, numberAt, Arrays.copyOf(frames, used));
  }

  /** A packet of frames under the secret of its level (RFC 9001 §5.1), with AES-128. */
  static byte[] protectedPacket(byte[] secret, byte[] header, int numberAt, byte[] frames)
      throws GeneralSecurityException {
    byte[] sealed = seal(Cipher.ENCRYPT_MODE, secret, header, numberAt, frames);
    byte[] packet = Arrays.copyOf(header, header.length + sealed.length);
    System.arraycopy(sealed, 0, packet, header.length, sealed.length);
    protect(packet, mask(secret, packet, numberAt), numberAt, header.length - numberAt);
    return packet;
  }

  /** Puts the protection of a header on or takes it away (RFC 9001 §5.4.1). */
  private static void protect(byte[] packet, byte[] mask, int numberAt, int numberLength) {
    packet[0] ^= (byte) (mask[0] & (packet[0] < 0 ? 0x0f : 0x1f)); // long or short header
    for (int i = 0; i < numberLength; i++) {
      packet[numberAt + i] ^= mask[1 + i];
    }
  }

  private static byte[] mask(byte[] secret, byte[] packet, int numberAt)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
    cipher.init(
        Cipher.ENCRYPT_MODE, new SecretKeySpec(expand(secret, "quic hp", KEY_BYTES), "AES"));
    return cipher.doFinal(packet, numberAt + SAMPLE_OFFSET, TAG_BYTES);
  }

  private static byte[] seal(int mode, byte[] secret, byte[] header, int numberAt, byte[] data)
      throws GeneralSecurityException {
    byte[] nonce = expand(secret, "quic iv", IV_BYTES);
    for (int i = numberAt; i < header.length; i++) {
      nonce[IV_BYTES - header.length + i] ^= header[i];
    }
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        mode,
        new SecretKeySpec(expand(secret, "quic key", KEY_BYTES), "AES"),
        new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce));
    cipher.updateAAD(header);
    return cipher.doFinal(data);
  }

  /** HKDF-Expand-Label (RFC 8446 §7.1) of at most one block. */
  private static byte[] expand(byte[] secret, String label, int bytes)
      throws GeneralSecurityException {
    byte[] name = ("tls13 " + label).getBytes(StandardCharsets.US_ASCII);
    ByteBuffer info = ByteBuffer.allocate(name.length + 5);
    info.putShort((short) bytes).put((byte) name.length).put(name).put((byte) 0).put((byte) 1);
    return Arrays.copyOf(hmac(secret, info.array()), bytes);
  }

  private static byte[] hmac(byte[] key, byte[] data) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(data);
  }
}
