package org.steering4j.constraint;

import java.util.function.Consumer;

/** Text without quotes around it, of any length, in which {@code </} does not occur: that begins the tag which ends it. */
record RawText(TextRules rules, Characters characters) implements Frame {

    static RawText of(Vocabulary vocabulary) {
        return new RawText(new TextRules(vocabulary.bytesAreTokens(), true), Characters.START);
    }

    @Override
    public int needed() {
        return characters.needed(rules);
    }

    @Override
    public boolean mayEnd() {
        return characters.betweenCharacters();
    }

    @Override
    public void write(int symbol, Stack rest, Consumer<Stack> next) {
        boolean beyondJson = symbol == '"' || symbol == '\\' || symbol == '\n' || symbol == '\t';
        Characters after =
                characters.betweenCharacters() && beyondJson ? Characters.START : characters.next(symbol, rules);
        if (after != null) {
            next.accept(rest.push(new RawText(rules, after)));
        }
    }
}
