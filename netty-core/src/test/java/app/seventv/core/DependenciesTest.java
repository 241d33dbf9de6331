package app.seventv.core;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The core knows neither the model nor any service. */
class DependenciesTest {

  @Test
  void knowsNoService() {
    noClasses()
        .that()
        .resideInAPackage("app.seventv.core..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "app.seventv.api..",
            "app.seventv.benchmarks..",
            "app.seventv.cdn..",
            "app.seventv.changestream..",
            "app.seventv.devstack..",
            "app.seventv.events..",
            "app.seventv.imageprocessor..",
            "app.seventv.searchindex..",
            "app.seventv.website..",
            "app.seventv.model..")
        .check(
            new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("app.seventv.core"));
  }
}
