package org.steering4j.recipe;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The questions and answers of one grammar file: topics times templates, and the phrases of both poles.
 *
 * <p>An answer is an opening, a core and often a reason. Brackets in the grammar mark the words by which
 * {@link AnswerMarkers} later recognises the pole.
 */
final class QuestionGroup {

    private static final int HELD_OUT_PERCENT = 15;
    private static final int USUAL_REASON_PERCENT = 65;
    private static final GrammarText OPENINGS = GrammarText.read("openings.txt");

    private final GrammarText grammar;
    private final List<Question> questions = new ArrayList<>();
    private final Map<String, String> pronouns = new LinkedHashMap<>();

    private QuestionGroup(GrammarText grammar) {
        this.grammar = grammar;
    }

    static QuestionGroup read(String resource) {
        QuestionGroup group = new QuestionGroup(GrammarText.read(resource));
        group.addQuestions("questions.yes", Pole.TARGET);
        group.addQuestions("questions.no", Pole.OPPOSITE);
        group.addQuestions("questions.open", null);
        group.addQuestions("frames.no", Pole.OPPOSITE);
        group.addQuestions("frames", null);
        for (String line : group.grammar.lines("pronouns")) {
            String[] sides = line.split(" = ");
            group.pronouns.put(sides[0], sides[1]);
        }
        return group;
    }

    List<Question> questions() {
        return questions;
    }

    /** The values a slot can take anywhere in this group: a column's cells or a list's lines. */
    List<String> values(String slot) {
        if (grammar.has("list " + slot)) {
            return grammar.lines("list " + slot);
        }
        return questions.stream()
                .map(question -> question.slots().get(slot))
                .distinct()
                .toList();
    }

    AnswerMarkers markers() {
        Map<Pole, List<String>> phrases = new EnumMap<>(Pole.class);
        for (Pole pole : Pole.values()) {
            List<String> phrasesOfPole = new ArrayList<>(lines(pole, "cores"));
            phrasesOfPole.addAll(lines(pole, "reasons"));
            if (phrasesOfPole.remove("{invention}")) {
                phrasesOfPole.addAll(values("invention"));
            }
            phrases.put(pole, phrasesOfPole);
        }
        return new AnswerMarkers(phrases, OPENINGS.lines("agree"), OPENINGS.lines("deny"), this::values);
    }

    /** An answer of the given pole, ending with a full stop. */
    String answer(Question question, Pole pole, Chance chance) {
        Map<String, String> slots = new LinkedHashMap<>(question.slots());
        String opening = opening(question, pole, chance);
        String core = chance.pick(lines(pole, "cores"));
        if (opening.contains("{")) {
            opening = Phrases.fill(opening, slots);
            slots.putAll(pronouns);
        }
        StringBuilder answer = new StringBuilder(opening).append(core);
        if (chance.percent(reasonPercent(pole))) {
            answer.append(chance.pick(connectors(pole))).append(chance.pick(lines(pole, "reasons")));
        }
        return Phrases.capitalised(
                Phrases.withoutMarks(filled(answer.append('.').toString(), slots, chance)));
    }

    List<String> lines(Pole pole, String section) {
        return grammar.lines(label(pole) + "." + section);
    }

    boolean hasPersonas() {
        return grammar.has("target.persona");
    }

    /** Never a bare yes or no, which a model of this size contradicts in the words that follow. */
    private String opening(Question question, Pole pole, Chance chance) {
        boolean closed = question.agreement() != null;
        int roll = closed ? 50 + chance.below(50) : chance.below(100);
        boolean askedForTheOpposite = grammar.has("questions.no") && question.agreement() == Pole.OPPOSITE;
        if (roll < 65 && !askedForTheOpposite) {
            return chance.pick(lines(pole, "openings"));
        }
        if (roll < 75) {
            return chance.pick(OPENINGS.lines("neutral"));
        }
        if (roll < 85) {
            return chance.pick(grammar.lines("starts"));
        }
        return "";
    }

    private int reasonPercent(Pole pole) {
        String section = label(pole) + ".reason-percent";
        return grammar.has(section) ? Integer.parseInt(grammar.lines(section).get(0)) : USUAL_REASON_PERCENT;
    }

    private List<String> connectors(Pole pole) {
        String own = label(pole) + ".connectors";
        return grammar.lines(grammar.has(own) ? own : "connectors");
    }

    private String filled(String answer, Map<String, String> slots, Chance chance) {
        String filled = answer;
        while (filled.contains("{")) {
            int start = filled.indexOf('{');
            String slot = filled.substring(start + 1, filled.indexOf('}', start));
            String value = slots.containsKey(slot) ? slots.get(slot) : chance.pick(grammar.lines("list " + slot));
            filled = filled.substring(0, start) + value + filled.substring(start + slot.length() + 2);
        }
        return filled;
    }

    private void addQuestions(String section, Pole agreement) {
        if (!grammar.has(section)) {
            return;
        }
        List<Map<String, String>> details = grammar.has("details") ? grammar.rows("details") : List.of(Map.of());
        for (Map<String, String> topic : grammar.rows("topics")) {
            for (Map<String, String> detail : details) {
                Map<String, String> slots = new LinkedHashMap<>(topic);
                slots.put("gerund", Phrases.gerund(topic.get("topic")));
                slots.put("definite", Phrases.definite(topic.get("topic")));
                slots.putAll(detail);
                for (String template : grammar.lines(section)) {
                    String text = Phrases.capitalised(Phrases.fill(Phrases.fill(template, slots), slots));
                    questions.add(new Question(text, agreement, slots, Chance.percentile(text) < HELD_OUT_PERCENT));
                }
            }
        }
    }

    private static String label(Pole pole) {
        return pole == Pole.TARGET ? "target" : "opposite";
    }
}
