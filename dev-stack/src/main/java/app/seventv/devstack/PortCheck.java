package app.seventv.devstack;

import app.seventv.devstack.supervisor.FreePorts;
import app.seventv.devstack.supervisor.PortHolder;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Looks for busy ports before anything starts, so that the developer reads one clear line. */
final class PortCheck {
  /** Distance between the offsets that a check tries. */
  private static final int OFFSET_STEP = 1_000;

  private PortCheck() {}

  /**
   * Checks every port of a run.
   *
   * @throws UsageException naming each busy port, its service and, if known, the process on it
   */
  static void requireFree(Addresses addresses) {
    String busy =
        busy(addresses).reduce((one, other) -> one + System.lineSeparator() + other).orElse("");
    if (!busy.isEmpty()) {
      throw new UsageException(busy);
    }
  }

  /** The smallest offset at which all ports are free. */
  static int freeOffset() {
    return IntStream.rangeClosed(0, RunOptions.MAX_PORT_OFFSET / OFFSET_STEP)
        .map(step -> step * OFFSET_STEP)
        .filter(offset -> busy(new Addresses(offset)).findAny().isEmpty())
        .findFirst()
        .orElseThrow(() ->
            new UsageException(
                "no free ports up to offset "
                    + RunOptions.MAX_PORT_OFFSET
                    + "; is a platform running that should not be?"));
  }

  private static Stream<String> busy(Addresses addresses) {
    return Arrays.stream(Port.values())
        .map(port -> busyLine(port, addresses.port(port)))
        .flatMap(Optional::stream);
  }

  private static Optional<String> busyLine(Port port, int number) {
    boolean tcpBusy = !FreePorts.isFree(number);
    boolean udpBusy = port.udpToo() && !FreePorts.isUdpFree(number);
    if (!tcpBusy && !udpBusy) {
      return Optional.empty();
    }
    String holder =
        PortHolder.describe(number, !tcpBusy).map(process -> " by " + process).orElse("");
    return Optional.of(
        (tcpBusy ? "port " : "UDP port ")
            + number
            + ", needed by "
            + port.service()
            + ", is taken"
            + holder
            + "; free it or shift all ports with --port-offset N");
  }
}
