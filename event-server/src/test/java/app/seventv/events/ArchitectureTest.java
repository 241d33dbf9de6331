package app.seventv.events;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Which way the arrows point. */
class ArchitectureTest {
  private static final JavaClasses EVENTS =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("app.seventv.events");

  @Test
  void onlyTheCoreAndTheModel() {
    classes()
        .that()
        .resideInAPackage("app.seventv.events..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "app.seventv.events..",
            "app.seventv.core..",
            "app.seventv.model..",
            "java..",
            "io.netty..",
            "io.nats..",
            "io.prometheus..",
            "tools.jackson..",
            "org.agrona.collections..",
            "org.bson..",
            "org.jctools.queues..",
            "org.jspecify..",
            "org.slf4j..")
        .check(EVENTS);
  }

  @Test
  void conversionKnowsNoSocketsNoClockAndNoThreads() {
    noClasses()
        .that()
        .resideInAPackage("app.seventv.events.dispatch")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "app.seventv.events", "app.seventv.core..", "io.netty..", "java.util.concurrent..")
        .check(EVENTS);
  }
}
