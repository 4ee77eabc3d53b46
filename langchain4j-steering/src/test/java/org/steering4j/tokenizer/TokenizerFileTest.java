package org.steering4j.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steering4j.checkpoint.ModelFolderException;

class TokenizerFileTest {

    private static final String MODEL =
            "{'type':'BPE','vocab':{'a':0,'b':1,'ab':2,'<unk>':3},'merges':['a b'],'unk_token':'<unk>'}";

    @TempDir
    Path folder;

    private Path write(String json) throws IOException {
        return Files.writeString(folder.resolve("tokenizer.json"), json.replace('\'', '"'));
    }

    private Tokenizer open(String json) throws IOException {
        return TokenizerFile.read(write(json)).tokenizer();
    }

    private void assertRefused(String json, String words) {
        assertThatThrownBy(() -> open(json))
                .as(json.length() > 300 ? json.substring(0, 300) : json)
                .isExactlyInstanceOf(ModelFolderException.class)
                .message()
                .contains("tokenizer.json", words);
    }

    @Test
    void should_run_a_minimal_file() throws IOException {
        Tokenizer tokenizer = open("{'model':" + MODEL + "}");
        assertThat(tokenizer.encode("abxa")).containsExactly(2, 3, 0);
        assertThat(tokenizer.decode(2, 3, 0, 17, -1)).isEqualTo("ab <unk> a");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            value = {
                "{'type':'Magic'}; normalizer Magic is not supported",
                "{'type':'Sequence','normalizers':[{'type':'NFC'},{'type':'Magic'}]}; normalizer Magic is not supported",
                "{'type':'NFC','strength':3}; normalizer NFC has the parameter \"strength\"",
                "{'type':'Replace','pattern':{'String':''},'content':'x'}; normalizer Replace has \"pattern\"",
                "{'type':'Replace','pattern':{'Regex':''},'content':'x'}; Replace cannot be used: its pattern is \"\": it may match the empty text",
                "{'type':'Replace','pattern':'a','content':'x'}; normalizer Replace has \"pattern\"",
                "{'type':'Replace','pattern':{'String':'a'}}; normalizer Replace has \"content\": nothing",
                "{'type':'Prepend','prepend':''}; normalizer Prepend has \"prepend\": \"\"",
                "{'type':'Strip','strip_left':1,'strip_right':true}; normalizer Strip has \"strip_left\": 1",
                "{'type':'Precompiled','precompiled_charsmap':''}; normalizer Precompiled",
                "{'type':'Precompiled','precompiled_charsmap':'AAAA'}; normalizer Precompiled",
                "{'type':'Precompiled','precompiled_charsmap':'no base 64!'}; normalizer Precompiled",
                "{'type':'Precompiled','precompiled_charsmap':'BAAAAP////8='}; normalizer Precompiled cannot be used: its precompiled_charsmap points outside itself",
                "{'type':'Precompiled','precompiled_charsmap':'/////wAAAAA='}; normalizer Precompiled",
                "[]; normalizer is []",
                "'NFC'; normalizer is \"NFC\"",
                "{'type':'Sequence','normalizers':{}}; normalizer Sequence has \"normalizers\""
            })
    void should_refuse_normalizers_by_name(String component, String words) {
        assertRefused("{'normalizer':" + component + ",'model':" + MODEL + "}", words);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            value = {
                "{'type':'UnicodeScripts'}; pre-tokenizer UnicodeScripts is not supported",
                "{'type':'FixedLength','length':0}; pre-tokenizer FixedLength has \"length\": 0",
                "{'type':'FixedLength','length':-3}; pre-tokenizer FixedLength has \"length\": -3",
                "{'type':'Metaspace','replacement':'','prepend_scheme':'always'}; pre-tokenizer Metaspace has \"replacement\"",
                "{'type':'Metaspace','replacement':'__'}; pre-tokenizer Metaspace has \"replacement\"",
                "{'type':'Metaspace','replacement':'_','add_prefix_space':false}; pre-tokenizer Metaspace has \"prepend_scheme\"",
                "{'type':'Split','pattern':{'String':' '},'behavior':'Sometimes','invert':false}; pre-tokenizer Split has \"behavior\": \"Sometimes\"",
                "{'type':'Split','pattern':{'String':' ','Regex':' '},'behavior':'Removed','invert':false}; pre-tokenizer Split has \"pattern\"",
                "{'type':'Split','pattern':{'Regex':'(a)\\\\1'},'behavior':'Removed','invert':false}; Split cannot be used: its pattern is \"(a)\\\\1\": \"\\1\", at character 3, is not supported",
                "{'type':'Split','pattern':{'Regex':'(?=aa)a'},'behavior':'Removed','invert':false}; look-around",
                "{'type':'Split','pattern':{'Regex':'(a|b)*a(a|b){12}'},'behavior':'Removed','invert':false}; automaton",
                "{'type':'Split','pattern':{'Regex':'((a{900}){900}){900}'},'behavior':'Removed','invert':false}; steps",
                "{'type':'Split','pattern':{'Regex':'[a'},'behavior':'Removed','invert':false}; a set without its end",
                "{'type':'Split','pattern':{'Regex':'a('},'behavior':'Removed','invert':false}; a group without its end",
                "{'type':'Split','pattern':{'Regex':'*'},'behavior':'Removed','invert':false}; a repetition of nothing",
                "{'type':'Split','pattern':{'Regex':'\\\\p{Klingon}'},'behavior':'Removed','invert':false}; Klingon",
                "{'type':'CharDelimiterSplit','delimiter':'ab'}; pre-tokenizer CharDelimiterSplit has \"delimiter\"",
                "{'type':'ByteLevel'}; pre-tokenizer ByteLevel has \"add_prefix_space\": nothing"
            })
    void should_refuse_pre_tokenizers_by_name(String component, String words) {
        assertRefused("{'pre_tokenizer':" + component + ",'model':" + MODEL + "}", words);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            value = {
                "'decoder':{'type':'CTC','pad_token':'<pad>','word_delimiter_token':'|','cleanup':true}; decoder CTC is not supported",
                "'decoder':{'type':'Strip','content':'','start':1,'stop':0}; decoder Strip has \"content\"",
                "'decoder':{'type':'Strip','content':'a','start':-1,'stop':0}; decoder Strip has \"start\": -1",
                "'decoder':{'type':'BPEDecoder','suffix':''}; decoder BPEDecoder has \"suffix\"",
                "'decoder':{'type':'Replace','pattern':{'String':''},'content':'x'}; decoder Replace has \"pattern\"",
                "'decoder':7; decoder is 7",
                "'post_processor':{'type':'Magic'}; post-processor Magic is not supported",
                "'added_tokens':{'id':4}; added_tokens are {\"id\":4}, no list",
                "'added_tokens':7; added_tokens are 7, no list",
                "'added_tokens':[7]; its added token 7",
                "'added_tokens':[{'id':4}]; its added token {\"id\":4}",
                "'added_tokens':[{'id':-4,'content':'x'}]; its added token",
                "'added_tokens':[{'id':4000000000,'content':'x'}]; its added token",
                "'added_tokens':[{'id':400000000,'content':'x'}]; its added token",
                "'added_tokens':[{'id':4,'content':'x','special':'yes'}]; its added token",
                "'added_tokens':[{'id':4,'content':'x'},{'id':4,'content':'y'}]; that another token has, too",
                "'added_tokens':[{'id':4,'content':'x'},{'id':5,'content':'x'}]; that another token has, too",
                "'added_tokens':[{'id':1,'content':'x'}]; that another token has, too",
                "'added_tokens':[{'id':4,'content':'a'}]; that another token has, too",
                "'added_tokens':[{'id':4,'content':' ','normalized':true}],'normalizer':{'type':'Strip','strip_left':true,'strip_right':true}; is empty once it is normalized",
                "'version':'2.0'; its version is \"2.0\""
            })
    void should_refuse_other_parts_by_name(String part, String words) {
        assertRefused("{" + part + ",'model':" + MODEL + "}", words);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            value = {
                "{'type':'Magic','vocab':{}}; model Magic is not supported",
                "{'type':'BPE','vocab':{'a':0}}; model BPE cannot be used: it has no \"merges\"",
                "{'type':'BPE','merges':[]}; has no \"vocab\"",
                "{'type':'BPE','vocab':7,'merges':[]}; neither an object nor a list",
                "{'type':'BPE','vocab':[['a',1.0]],'merges':[]}; its vocabulary is a list",
                "{'type':'BPE','vocab':{'a':0},'merges':{}}; merges are no list",
                "{'type':'BPE','vocab':{'a':0},'merges':['a']}; merge 0 is not two texts",
                "{'type':'BPE','vocab':{'a':0},'merges':[['a']]}; merge 0 is not two texts",
                "{'type':'BPE','vocab':{'a':0},'merges':[['a','a','a']]}; merge 0 is not two texts",
                "{'type':'BPE','vocab':{'a':0},'merges':['a a']}; merge 0 names \"aa\", which is not in its vocabulary",
                "{'type':'BPE','vocab':{'a':0,'b':0},'merges':[]}; the id 0 twice",
                "{'type':'BPE','vocab':{'a':-1},'merges':[]}; gives \"a\" an id",
                "{'type':'BPE','vocab':{'a':1.5},'merges':[]}; gives \"a\" an id",
                "{'type':'BPE','vocab':{'a':'0'},'merges':[]}; gives \"a\" an id",
                "{'type':'BPE','vocab':{'a':4294967295},'merges':[]}; gives \"a\" an id",
                "{'type':'BPE','vocab':{'a':2000000000},'merges':[]}; gives \"a\" an id",
                "{'type':'BPE','vocab':{'a':0},'merges':[],'unk_token':'<unk>'}; unk_token \"<unk>\" is not in its vocabulary",
                "{'type':'BPE','vocab':{'a':0},'merges':[],'dropout':0.1}; model BPE has \"dropout\": 0.1",
                "{'type':'BPE','vocab':{'a':0},'merges':[],'fuse_unk':'yes'}; model BPE has \"fuse_unk\"",
                "{'type':'BPE','vocab':{'a':0},'merges':[],'wings':2}; model BPE has the parameter \"wings\"",
                "{'type':'BPE','vocab':{'a':0,'b':1,'ab':2},'merges':['a b'],'continuing_subword_prefix':'####'}; continuing_subword_prefix",
                "{'type':'Unigram','vocab':[['a',-1.0]]}; model Unigram has \"unk_id\": nothing",
                "{'type':'Unigram','vocab':[['a',-1.0]],'unk_id':1}; unk_id 1 is not in its vocabulary of 1 tokens",
                "{'type':'Unigram','vocab':[['a',1e999]],'unk_id':0}; not a pair of text and finite score",
                "{'type':'Unigram','vocab':[['a']],'unk_id':0}; entry 0 of its vocabulary",
                "{'type':'Unigram','vocab':[['a',1,2]],'unk_id':0}; entry 0 of its vocabulary",
                "{'type':'Unigram','vocab':[7],'unk_id':0}; entry 0 of its vocabulary",
                "{'type':'Unigram','vocab':{'a':0},'unk_id':0}; its vocabulary is an object",
                "{'type':'WordPiece','vocab':{'a':0},'unk_token':'[UNK]','continuing_subword_prefix':'##','max_input_chars_per_word':100}; unk_token \"[UNK]\" is not in its vocabulary",
                "{'type':'WordPiece','vocab':{'a':0},'unk_token':'a','continuing_subword_prefix':'##','max_input_chars_per_word':1000000000}; max_input_chars_per_word",
                "{'type':'WordLevel','vocab':{'a':0},'unk_token':'<unk>'}; unk_token \"<unk>\" is not in its vocabulary",
                "{'type':'WordLevel','vocab':{'a':0}}; model WordLevel has \"unk_token\": nothing"
            })
    void should_refuse_models_by_name(String model, String words) {
        assertRefused("{'model':" + model + "}", words);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[",
                "[]",
                "7",
                "{}",
                "{'model':null}",
                "{'model':{}} {}",
                "{'model':{'type':'BPE','vocab':{'a':0,'a':1},'merges':[]}}",
                "{'model':{'type':'BPE','vocab':{'\\ud83d':0},'merges':[]}}",
                "{'added_tokens':[{'id':4,'content':'\\ud83d'}],'model':{'type':'BPE','vocab':{},'merges':[]}}"
            })
    void should_refuse_what_is_no_tokenizer(String json) {
        assertRefused(json, "tokenizer.json");
    }

    @Test
    void should_refuse_a_file_that_is_nested_deeply() {
        for (String part :
                List.of("normalizer", "pre_tokenizer", "decoder", "post_processor", "added_tokens", "other")) {
            assertRefused(
                    "{'" + part + "':" + "[".repeat(5_000) + "]".repeat(5_000) + ",'model':" + MODEL + "}",
                    "nesting depth");
        }
        assertRefused(
                "{'normalizer':" + "{'type':'Sequence','normalizers':[".repeat(300) + "]}".repeat(300) + ",'model':"
                        + MODEL + "}",
                "nested more than 10 deep");
        assertRefused(
                "{'pre_tokenizer':{'type':'Split','pattern':{'Regex':'" + "(".repeat(5_000) + "a" + ")".repeat(5_000)
                        + "'},'behavior':'Isolated','invert':false},'model':" + MODEL + "}",
                "nesting");
    }

    @Test
    void should_refuse_normalizers_and_decoders_that_lengthen_a_text_without_bound() {
        String doubling = "{'type':'Replace','pattern':{'String':'a'},'content':'aa'}";
        assertRefused(
                "{'normalizer':{'type':'Sequence','normalizers':[" + (doubling + ",").repeat(39) + doubling
                        + "]},'model':" + MODEL + "}",
                "more than 10000 times as long");
        assertRefused(
                "{'decoder':{'type':'Sequence','decoders':[" + (doubling + ",").repeat(39) + doubling + "]},'model':"
                        + MODEL + "}",
                "more than 10000 times as long");
        assertRefused(
                "{'normalizer':{'type':'Sequence','normalizers':[" + "{'type':'NFC'},".repeat(60)
                        + "{'type':'NFC'}]},'model':" + MODEL + "}",
                "more than 50");
    }

    @Test
    void should_refuse_a_file_that_is_too_large() throws IOException {
        Path file = folder.resolve("tokenizer.json");
        try (var output = Files.newOutputStream(file)) {
            byte[] blanks = " ".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 70; i++) {
                output.write(blanks);
            }
        }
        assertThatThrownBy(() -> TokenizerFile.read(file))
                .isExactlyInstanceOf(ModelFolderException.class)
                .hasMessageContaining("more than");
    }

    /** A Strip decoder that takes more than a token has, and patterns on which engines that go back take forever. */
    @Test
    void should_run_what_is_only_strange() throws IOException {
        Tokenizer strips = open("{'decoder':{'type':'Strip','content':'a','start':7,'stop':9},'model':" + MODEL + "}");
        assertThat(strips.decode(0, 2, 1)).isEqualTo("bb");
        Tokenizer splits = open(
                "{'pre_tokenizer':{'type':'Split','pattern':{'Regex':'(a+)+b|a'},'behavior':'Isolated','invert':false},'model':"
                        + MODEL + "}");
        assertThat(splits.encode("a".repeat(200_000))).hasSize(200_000);
        assertThat(splits.encode("a".repeat(200_000) + "b")).hasSize(200_000).endsWith(0, 2);
        Tokenizer plain = open("{'model':" + MODEL + "}");
        assertThat(plain.encode("ab".repeat(500_000))).hasSize(500_000);
        assertThat(plain.encode(" ".repeat(1_000_000))).hasSize(1_000_000);
    }

    /** Whatever is done to a file, it is refused by name or runs on any text. */
    @Test
    void should_refuse_or_run_whatever_file_there_is() throws IOException {
        Random random = new Random(11);
        int ran = 0;
        for (String style : List.of("gemma", "llama-3", "tekken", "mistral-metaspace", "unigram", "word-piece")) {
            String json;
            try (InputStream file = TokenizerFileTest.class.getResourceAsStream("/tokenizers/" + style + ".json")) {
                json = new String(file.readAllBytes(), StandardCharsets.UTF_8);
            }
            for (int i = 0; i < 150; i++) {
                Path file = Files.write(
                        folder.resolve("tokenizer.json"),
                        FileMutations.mutated(json, random).getBytes(StandardCharsets.UTF_8));
                Tokenizer tokenizer;
                try {
                    tokenizer = TokenizerFile.read(file).tokenizer();
                } catch (ModelFolderException e) {
                    assertThat(e).hasMessageContaining("tokenizer.json");
                    continue;
                }
                ran++;
                RandomTexts texts = new RandomTexts(i);
                for (int text = 0; text < 5; text++) {
                    tokenizer.decode(tokenizer.encode(texts.next()));
                }
                tokenizer.decode(random.ints(20, -2, tokenizer.idBound() + 2).toArray());
            }
        }
        assertThat(ran).isPositive();
    }

    @Test
    void should_keep_every_token_and_its_id() throws IOException {
        Tokenizer tokenizer =
                open("{'added_tokens':[{'id':9,'content':'x'},{'id':1,'content':'b'}],'model':" + MODEL + "}");
        List<String> tokens = new ArrayList<>();
        for (int id = 0; id < tokenizer.idBound(); id++) {
            tokens.add(tokenizer.token(id));
        }
        assertThat(tokens).containsExactly("a", "b", "ab", "<unk>", null, null, null, null, null, "x");
        assertThat(tokenizer.encode("abxa")).containsExactly(0, 1, 9, 0);
    }
}
