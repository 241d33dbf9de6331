package app.seventv.devstack.typesense;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.typesense.api.exceptions.ObjectNotFound;
import org.typesense.api.exceptions.RequestMalformed;
import org.typesense.model.SearchParameters;

/** {@code filter_by}, with the expressions that the platform sends (api-v4.md §13). */
abstract class FilterContract extends SearchServerContract {
  FilterContract(SearchServer server) {
    super(server);
  }

  @Test
  void numbersAreCompared() throws Exception {
    String name = createSampleEmotes();

    assertThat(filtered(name, "score:20")).containsExactly("2");
    assertThat(filtered(name, "score:=20")).containsExactly("2");
    assertThat(filtered(name, "score:!=20")).containsExactly("1", "3", "4", "5");
    assertThat(filtered(name, "score:>20")).containsExactly("3", "4", "5");
    assertThat(filtered(name, "score: >= 20")).containsExactly("2", "3", "4", "5");
    assertThat(filtered(name, "score:<20")).containsExactly("1");
    assertThat(filtered(name, "score:<=20")).containsExactly("1", "2");
    assertThat(filtered(name, "score:[10..20, 51]")).containsExactly("1", "2", "5");
    assertThat(filtered(name, "score:=[10,40]")).containsExactly("1", "4");
    assertThat(filtered(name, "aspect_ratio:>1.4 && aspect_ratio:<=1.5")).hasSize(5);
    assertThat(filtered(name, "aspect_ratio:>1.5")).isEmpty();
  }

  @Test
  void booleansAreMatched() throws Exception {
    String name = createSampleEmotes();

    assertThat(filtered(name, "flag_private: true")).containsExactly("3", "5");
    assertThat(filtered(name, "flag_private:=false")).containsExactly("1", "2", "4");
    assertThat(filtered(name, "flag_private:!=true")).containsExactly("1", "2", "4");
  }

  @Test
  void stringsAreMatchedByTokenOrAsAWhole() throws Exception {
    String name = createSampleEmotes();

    assertThat(filtered(name, "tags:sad")).containsExactly("2");
    assertThat(filtered(name, "tags:=sad")).isEmpty();
    assertThat(filtered(name, "tags:=`sad face`")).containsExactly("2");
    assertThat(filtered(name, "tags:=[cat, sad face]")).containsExactly("2", "3", "4");
    assertThat(filtered(name, "tags:!=cat")).containsExactly("1", "2", "5");
    assertThat(filtered(name, "default_name:=PEPEHAPPY")).containsExactly("1");
    assertThat(filtered(name, "default_name: `cat`")).containsExactly("4");
    assertThat(filtered(name, "default_name: pepe*")).containsExactly("1", "2");
    assertThat(filtered(name, "owner_id:OWNER1")).containsExactly("3", "5");
  }

  @Test
  void conditionsAreJoinedWithPrecedence() throws Exception {
    String name = createSampleEmotes();

    assertThat(filtered(name, "flag_private: false && tags:=pepe && score:>10"))
        .containsExactly("2");
    assertThat(filtered(name, "score:=51 || tags:=pepe && score:>10")).containsExactly("2", "5");
    assertThat(filtered(name, "(score:=51 || tags:=pepe) && score:>10")).containsExactly("2", "5");
    assertThat(filtered(name, "score:<50 && (tags:=pepe || tags:=cat) && (tags:=frog)"))
        .containsExactly("1", "4");
  }

  @Test
  void quotedValuesMayHoldOperators() throws Exception {
    String name = createEmotes();
    Map<String, Object> odd = emote("1", "x && (y) || [z], : end", List.of("user:01ABC", "b"), 1);
    client.collections(name).documents().create(odd);

    assertThat(filtered(name, "default_name:=`x && (y) || [z], : end`")).containsExactly("1");
    assertThat(filtered(name, "tags:[user:01ABC,user:01XYZ]")).containsExactly("1");
    assertThat(filtered(name, "tags: user:01ABC")).containsExactly("1");
  }

  @Test
  void badFiltersAreRefused() throws Exception {
    String name = createSampleEmotes();

    assertThatThrownBy(() -> filtered(name, "unknown:=1"))
        .isInstanceOf(ObjectNotFound.class)
        .hasMessageContaining("Could not find a filter field named `unknown` in the schema.");
    assertThatThrownBy(() -> filtered(name, "score:>many"))
        .isInstanceOf(RequestMalformed.class)
        .hasMessageContaining("Error with filter field `score`: Not an int32.");
    assertThatThrownBy(() -> filtered(name, "score"))
        .isInstanceOf(RequestMalformed.class)
        .hasMessageContaining("Could not parse the filter query");
    assertThatThrownBy(() -> filtered(name, "score:>1 &&")).isInstanceOf(RequestMalformed.class);
    assertThatThrownBy(() -> filtered(name, "(score:>1")).isInstanceOf(RequestMalformed.class);
  }

  @Test
  void filterNarrowsATextSearch() throws Exception {
    String name = createSampleEmotes();
    SearchParameters parameters =
        new SearchParameters()
            .q("pepe")
            .queryBy("default_name,tags")
            .queryByWeights("4,1")
            .filterBy("score:>10 && flag_private: false");

    assertThat(ids(search(name, parameters))).containsExactly("2");
  }
}
