package app.seventv.devstack;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the command line asks for.
 *
 * @param projectRoot the checkout whose jars run
 * @param data folder for everything that is kept, null = the default
 * @param portOffset added to every port, null = 0, or a free one for a check
 * @param fresh wipe the data folder first
 * @param check play the story and exit
 * @param train record start-up caches while playing it
 * @param attach play it against a platform that runs already
 * @param without services that the developer runs himself
 */
record RunOptions(
    Path projectRoot,
    @Nullable Path data,
    @Nullable Integer portOffset,
    boolean fresh,
    boolean check,
    boolean train,
    boolean attach,
    Set<Service> without) {
  static final int MAX_PORT_OFFSET = 20_000;

  static final String HELP =
      """
      Usage: ./run [options]

      Starts the whole platform on this machine and stays until Ctrl-C.

        --check            start a fresh platform, play the story once, stop; the exit status
                           tells whether every step passed
        --check --attach   play the story against the platform that runs already; it needs
                           every service, also those left out with --without
        --train            as --check, and record caches that make later starts faster; takes a
                           minute more, worth it once per build
        --fresh            wipe what earlier runs have kept
        --data DIR         keep data, configuration and logs in DIR (default: var)
        --port-offset N    add N (0 to 20000) to every port
        --without A,B      leave these services out, to run them from an editor or a debugger
                           with the configuration in DIR/config
        --help             this text
      """;

  /**
   * Reads the command line.
   *
   * @param callerFolder what a relative {@code --data} is relative to
   * @throws UsageException when it cannot be understood
   */
  static RunOptions parse(Path projectRoot, Path callerFolder, List<String> arguments) {
    Path data = null;
    Integer portOffset = null;
    boolean fresh = false;
    boolean check = false;
    boolean attach = false;
    boolean train = false;
    Set<Service> without = EnumSet.noneOf(Service.class);
    Iterator<String> rest = arguments.iterator();
    while (rest.hasNext()) {
      String option = rest.next();
      switch (option) {
        case "--check" -> check = true;
        case "--attach" -> attach = true;
        case "--train" -> train = true;
        case "--fresh" -> fresh = true;
        case "--data" -> data = callerFolder.resolve(value(option, rest));
        case "--port-offset" -> portOffset = offset(value(option, rest));
        case "--without" -> without.addAll(services(value(option, rest)));
        default -> throw new UsageException("unknown option " + option + "; see ./run --help");
      }
    }
    if (attach && !check) {
      throw new UsageException("--attach goes with --check");
    }
    if (attach && train) {
      throw new UsageException("--train needs a platform of its own, not --attach");
    }
    return new RunOptions(
        projectRoot, data, portOffset, fresh, check || train, train, attach, without);
  }

  private static String value(String option, Iterator<String> rest) {
    if (!rest.hasNext()) {
      throw new UsageException(option + " needs a value; see ./run --help");
    }
    return rest.next();
  }

  private static int offset(String text) {
    try {
      int offset = Integer.parseInt(text);
      if (offset >= 0 && offset <= MAX_PORT_OFFSET) {
        return offset;
      }
    } catch (NumberFormatException e) {
      // Told below, like a number out of range.
    }
    throw new UsageException(
        "--port-offset must be a number from 0 to " + MAX_PORT_OFFSET + ", not " + text);
  }

  private static List<Service> services(String text) {
    return Arrays.stream(text.split(",", -1)).map(RunOptions::service).toList();
  }

  private static Service service(String name) {
    return Arrays.stream(Service.values())
        .filter(service -> service.serviceName().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new UsageException(
                "no service is named "
                    + name
                    + "; there are "
                    + Arrays.stream(Service.values())
                        .map(Service::serviceName)
                        .collect(Collectors.joining(", "))));
  }
}
