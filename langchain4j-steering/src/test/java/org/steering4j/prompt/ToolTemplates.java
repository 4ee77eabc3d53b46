package org.steering4j.prompt;

/** Chat templates with tools, in our own words: what those of open models do. */
public final class ToolTemplates {

    /** As Llama 3.1: tools in the first message of the user, one call a message, results as JSON under a role of their own. */
    public static final String LLAMA_3 = """
            {{- bos_token }}
            {%- if tools is not defined %}
                {%- set tools = none %}
            {%- endif %}
            {%- set system_text = '' %}
            {%- if messages[0]['role'] == 'system' %}
                {%- set system_text = messages[0]['content'] | trim %}
                {%- set messages = messages[1:] %}
            {%- endif %}
            {{- '<|start_header_id|>system<|end_header_id|>\\n\\n' }}
            {%- if tools is not none %}
                {{- 'Environment: ipython\\n' }}
            {%- endif %}
            {{- system_text + '<|eot_id|>' }}
            {%- if tools is not none %}
                {%- if messages | length == 0 %}
                    {{- raise_exception('the tools need a message of the user to stand in') }}
                {%- endif %}
                {%- set first = messages[0]['content'] | trim %}
                {%- set messages = messages[1:] %}
                {{- '<|start_header_id|>user<|end_header_id|>\\n\\n' -}}
                {{- 'Call a function with {"name": its name, "parameters": its arguments}.\\n\\n' }}
                {%- for tool in tools %}
                    {{- tool | tojson(indent=4) }}
                    {{- '\\n\\n' }}
                {%- endfor %}
                {{- first + '<|eot_id|>' }}
            {%- endif %}
            {%- for message in messages %}
                {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
                    {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' }}
                {%- elif 'tool_calls' in message %}
                    {%- if message.tool_calls | length != 1 %}
                        {{- raise_exception('one call in each message only') }}
                    {%- endif %}
                    {%- set call = message.tool_calls[0].function %}
                    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' -}}
                    {{- '{"name": "' + call.name + '", "parameters": ' }}
                    {{- call.arguments | tojson }}
                    {{- '}<|eot_id|>' }}
                {%- else %}
                    {{- '<|start_header_id|>ipython<|end_header_id|>\\n\\n' }}
                    {%- if message.content is mapping or message.content is iterable %}
                        {{- message.content | tojson }}
                    {%- else %}
                        {{- message.content }}
                    {%- endif %}
                    {{- '<|eot_id|>' }}
                {%- endif %}
            {%- endfor %}
            {%- if add_generation_prompt %}
                {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
            {%- endif %}
            """;

    /** As Mistral 7B v0.3: tools before the last message of the user, alternating roles, ids of nine letters and digits. */
    public static final String MISTRAL = """
            {%- set turns = messages %}
            {%- if messages[0]['role'] == 'system' %}
                {%- set system_text = messages[0]['content'] %}
                {%- set turns = messages[1:] %}
            {%- endif %}
            {%- set questions = turns | selectattr('role', 'equalto', 'user') | list %}
            {%- set count = namespace(spoken=0) %}
            {%- for message in turns %}
                {%- if message.role != 'tool' and message.tool_calls is not defined %}
                    {%- if (message['role'] == 'user') != (count.spoken % 2 == 0) %}
                        {{- raise_exception('user and assistant must take turns') }}
                    {%- endif %}
                    {%- set count.spoken = count.spoken + 1 %}
                {%- endif %}
            {%- endfor %}
            {{- bos_token }}
            {%- for message in turns %}
                {%- if message['role'] == 'user' %}
                    {%- if tools and message == questions[-1] %}
                        {{- '[AVAILABLE_TOOLS] [' }}
                        {%- for tool in tools %}
                            {{- '{"type": "function", "function": {' }}
                            {%- for key, value in tool.function.items() if key != 'return' %}
                                {{- '"' + key + '": ' }}
                                {%- if value is string %}
                                    {{- '"' + value + '"' }}
                                {%- else %}
                                    {{- value | tojson }}
                                {%- endif %}
                                {%- if not loop.last %}
                                    {{- ', ' }}
                                {%- endif %}
                            {%- endfor %}
                            {{- '}}' }}
                            {{- ', ' if not loop.last else ']' }}
                        {%- endfor %}
                        {{- '[/AVAILABLE_TOOLS]' }}
                    {%- endif %}
                    {%- if loop.last and system_text is defined %}
                        {{- '[INST] ' + system_text + '\\n\\n' + message['content'] + '[/INST]' }}
                    {%- else %}
                        {{- '[INST] ' + message['content'] + '[/INST]' }}
                    {%- endif %}
                {%- elif message.tool_calls is defined %}
                    {{- '[TOOL_CALLS] [' }}
                    {%- for call in message.tool_calls %}
                        {%- if call.id is not defined or call.id | length != 9 %}
                            {{- raise_exception('the id of a call has nine letters and digits') }}
                        {%- endif %}
                        {%- set json = call.function | tojson %}
                        {{- json[:-1] }}
                        {{- ', "id": "' + call.id + '"}' }}
                        {{- ', ' if not loop.last else ']' + eos_token }}
                    {%- endfor %}
                {%- elif message['role'] == 'assistant' %}
                    {{- ' ' + message['content'] + eos_token }}
                {%- elif message['role'] == 'tool' %}
                    {%- if message.tool_call_id is not defined or message.tool_call_id | length != 9 %}
                        {{- raise_exception('the id of a call has nine letters and digits') }}
                    {%- endif %}
                    {{- '[TOOL_RESULTS] {"content": ' + message.content | string + ', "call_id": "' + message.tool_call_id + '"}[/TOOL_RESULTS]' }}
                {%- else %}
                    {{- raise_exception('there is no role ' + message['role']) }}
                {%- endif %}
            {%- endfor %}
            """;

    /** What stands out in the templates above, as the tokenizers of these models have it. */
    public static final String[] LLAMA_3_TOKENS = {
        "<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<|eom_id|>", "<|python_tag|>"
    };

    public static final String[] MISTRAL_TOKENS = {
        "<s>",
        "</s>",
        "[/INST]",
        "[TOOL_CALLS]",
        "[AVAILABLE_TOOLS]",
        "[/AVAILABLE_TOOLS]",
        "[TOOL_RESULTS]",
        "[/TOOL_RESULTS]"
    };

    /** More of these, as Mistral's newer models have them. */
    public static final String[] NEW_MISTRAL_TOKENS = {
        "<s>",
        "</s>",
        "[/INST]",
        "[TOOL_CALLS]",
        "[AVAILABLE_TOOLS]",
        "[/AVAILABLE_TOOLS]",
        "[TOOL_RESULTS]",
        "[/TOOL_RESULTS]",
        "[CALL_ID]",
        "[ARGS]"
    };

    private ToolTemplates() {}
}
