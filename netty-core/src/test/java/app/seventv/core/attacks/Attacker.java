package app.seventv.core.attacks;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Attacks on command, in a process of its own: {@code NAME MILLISECONDS} on standard input begins
 * one, a line of figures on standard output ends it.
 */
public final class Attacker {
  /** An attack. */
  @FunctionalInterface
  interface Attack {
    /** Attacks until the time is over; returns figures for the test. */
    Map<String, Long> run(Target target, Until until) throws Exception;
  }

  /**
   * The server under attack.
   *
   * @param plain address of cleartext HTTP
   * @param secure address of TLS and QUIC
   */
  record Target(InetSocketAddress plain, InetSocketAddress secure) {}

  /** The end of an attack, and its rate: a client with its own machine could take all of ours. */
  static final class Until {
    private final long durationNs;
    private long startNs;
    private long steps;

    Until(long ms) {
      durationNs = TimeUnit.MILLISECONDS.toNanos(ms);
    }

    /** The time runs from the first look: preparations do not count. */
    boolean over() {
      long nowNs = System.nanoTime();
      if (startNs == 0) {
        startNs = nowNs;
      }
      return nowNs - startNs >= durationNs;
    }

    /** Waits so that there are at most so many steps a second; false when the time is over. */
    boolean pace(int perSecond) throws InterruptedException {
      boolean over = over();
      long dueNs = startNs + steps++ * TimeUnit.SECONDS.toNanos(1) / perSecond;
      long aheadMs = TimeUnit.NANOSECONDS.toMillis(dueNs - System.nanoTime());
      if (aheadMs > 0) {
        TimeUnit.MILLISECONDS.sleep(aheadMs);
      }
      return !over;
    }
  }

  private static final Map<String, Attack> ATTACKS = new LinkedHashMap<>();

  static {
    Http1Attacks.addTo(ATTACKS);
    Http2Attacks.addTo(ATTACKS);
    QuicAttacks.addTo(ATTACKS);
    BombAttacks.addTo(ATTACKS);
  }

  private Attacker() {}

  /** Attacks the server whose two ports are given. */
  public static void main(String[] args) throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    Target target =
        new Target(
            new InetSocketAddress(loopback, Integer.parseInt(args[0])),
            new InetSocketAddress(loopback, Integer.parseInt(args[1])));
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      String[] words = line.split(" ", -1);
      StringBuilder reply = new StringBuilder("done");
      try {
        Attack attack = ATTACKS.get(words[0]);
        if (attack == null) {
          throw new IllegalArgumentException("no such attack: " + words[0]);
        }
        attack
            .run(target, new Until(Long.parseLong(words[1])))
            .forEach((name, value) -> reply.append(' ').append(name).append('=').append(value));
      } catch (Exception e) {
        reply.append(" failed ").append(e);
      }
      System.out.println(reply.toString().replace('\n', ' '));
      System.out.flush();
    }
    Runtime.getRuntime().halt(0);
  }
}
