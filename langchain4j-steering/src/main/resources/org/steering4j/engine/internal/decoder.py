# The decoder: a transformer as one TorchScript program, run by DJL's PyTorch engine. It is plain Llama where nothing is
# switched on; what other families do beside or otherwise is a switch here, set from config.json, or a list of weights
# that is empty in families without them.
#
# It knows token ids, hidden states and steering vectors; it knows nothing of text, sampling or files other than
# the weights it maps. Every projection goes by `linear`, those of the same input by `linears`, which one of projections/*.py
# adds to this class.
# Shapes: B rows (sequences), T new tokens of each row, S cached positions, N selected
# tokens, H hidden size, V vocabulary size, Q query heads, G key-value heads, D head size, F pairs of a head that are
# rotated, K steered blocks, M vectors.
# Between blocks the hidden states are two-dimensional, [B * T, H]: a three-dimensional `linear` may copy the weight.
class Decoder(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  number_of_layers : int
  query_heads : int
  key_value_heads : int
  head_size : int
  hidden_size : int
  norm_epsilon : float
  compute_type : int
  # Switches. Zero stands for the lack of a cap or window.
  norm_offset : float              # Gemma: 1
  embedding_multiplier : float     # Gemma, Granite
  attention_scale : float          # Gemma, Granite: not one over the root of the head size
  attention_soft_cap : float       # Gemma 2
  residual_multiplier : float      # Granite
  logit_divisor : float            # Granite
  logit_soft_cap : float           # Gemma 2
  gelu : bool                      # Gemma: in place of SiLU
  rotary_factor : float            # YaRN, LongRoPE: of rotated queries and keys
  rotary_of_layer : List[int]      # which of the frequencies; -1: none (SmolLM3). Gemma 3: 1 for layers with a window
  window : int                     # tokens that one sees in layers with a window, itself among them
  window_of_layer : List[int]      # 1: has a window (Mistral, Qwen: from a layer on, Gemma: all but every nth, Phi-3)
  mapped_paths : List[str]
  mapped_types : List[int]
  inverse_frequencies : List[Tensor]
  token_embedding : List[Tensor]
  output_norm : List[Tensor]
  output_head : List[Tensor]
  attention_norm : List[Tensor]
  query_weight : List[Tensor]
  key_weight : List[Tensor]
  value_weight : List[Tensor]
  query_bias : List[Tensor]
  key_bias : List[Tensor]
  value_bias : List[Tensor]
  # Those of queries, keys and values, one behind the other.
  attention_bias : List[Tensor]
  attention_output_weight : List[Tensor]
  feed_forward_norm : List[Tensor]
  gate_weight : List[Tensor]
  up_weight : List[Tensor]
  down_weight : List[Tensor]
  query_norm : List[Tensor]
  key_norm : List[Tensor]
  attention_output_bias : List[Tensor]
  attention_output_norm : List[Tensor]
  gate_bias : List[Tensor]
  up_bias : List[Tensor]
  down_bias : List[Tensor]
  feed_forward_output_norm : List[Tensor]

  # Takes a weight that nothing is multiplied by from its file: what is small is copied in the compute type, the token embedding
  # stays mapped in the type that it is stored in. Weights of a kind come ordered by layer.
  # place: int64, kind, mapping, offset in elements, rows (0: a vector), columns
  def load(self: __torch__.Decoder, place: Tensor) -> Tensor:
    weight = self.mapped(place)
    if int(place[3]) == 0:
      weight = torch.clone(weight.to(self.compute_type))
    kept = self.keep_weight(int(place[0]), weight)
    return place

  # Before the first `pack`. counts: int64 [2], all projections, and how many threads pack
  def begin_pack(self: __torch__.Decoder, counts: Tensor) -> Tensor:
    begun = self.begin_hold(int(counts[0]), int(counts[1]))
    return counts

  # Converts a projection that `pack` is to take into a block of memory, and merges an adapter into it. One block for one
  # after the other, since the C library keeps many middling ones for itself when they are freed.
  # place: int64 [7], as above, the first element in the block, and 1 if an adapter is merged; inputs_to_rank: float32 [R, columns],
  # rank_to_outputs: float32 [rows, R], whose product is added, R may be 0; block: float32 [elements]
  def convert(self: __torch__.Decoder, place: Tensor, inputs_to_rank: Tensor, rank_to_outputs: Tensor, block: Tensor) -> Tensor:
    columns = int(place[4])
    weight = torch.copy_(torch.as_strided(block, [int(place[3]), columns], [columns, 1], int(place[5])), self.mapped(place))
    if torch.size(inputs_to_rank, 0) > 0:
      # Copied into libtorch's memory, which is aligned: how a product's sums are rounded may depend on where its factors begin.
      _0 = torch.addmm_(weight, torch.clone(rank_to_outputs), torch.clone(inputs_to_rank))
    return place

  # Gives projections of the same input to `hold`, together. Several threads may, each in a slot of its own.
  # places: int64 [P, 7]; number: int64 [2], of the first of them among all, and the slot; block: what they were converted into, or none
  def pack(self: __torch__.Decoder, places: Tensor, number: Tensor, block: Tensor) -> Tensor:
    columns = int(places[0][4])
    parts = annotate(List[Tensor], [])
    mapped = annotate(List[Tensor], [])
    rows = 0
    for i in range(torch.size(places, 0)):
      place = places[i]
      rows = rows + int(place[3])
      matrix = torch.empty([0])
      if int(place[6]) == 0 and self.mapped_types[int(place[1])] == self.compute_type:
        # Mapped anew: of this mapping no page is in memory before the matrix itself is asked for.
        matrix = self.mapped(place)
      _0 = torch.append(mapped, matrix)
      if torch.numel(block) == 0:
        _1 = torch.append(parts, self.mapped(place))
    if torch.numel(block) > 0:
      _2 = torch.append(parts, torch.as_strided(block, [rows, columns], [columns, 1], 0))
    held = self.hold(int(number[0]), int(number[1]), parts, int(places[0][0]) == 2, mapped)
    return number

  # After the last `pack`, of all in their order.
  def keep_packed(self: __torch__.Decoder, places: Tensor, number: Tensor) -> Tensor:
    rows = annotate(List[int], [])
    for i in range(torch.size(places, 0)):
      _0 = torch.append(rows, int(places[i][3]))
    held = self.held(int(number[0]), rows, int(places[0][4]))
    for i in range(torch.len(held)):
      kept = self.keep_weight(int(places[i][0]), held[i])
    return number

  # A weight in its file, mapped in the type that it is stored in: [rows, columns], or [columns] of a vector
  def mapped(self: __torch__.Decoder, place: Tensor) -> Tensor:
    file = int(place[1])
    offset = int(place[2])
    rows = int(place[3])
    columns = int(place[4])
    if rows == 0:
      mapping = torch.from_file(self.mapped_paths[file], False, offset + columns, dtype=self.mapped_types[file])
      return torch.as_strided(mapping, [columns], [1], offset)
    mapping = torch.from_file(self.mapped_paths[file], False, offset + rows * columns, dtype=self.mapped_types[file])
    return torch.as_strided(mapping, [rows, columns], [columns, 1], offset)

  def keep_weight(self: __torch__.Decoder, kind: int, weight: Tensor) -> int:
    if kind == 0:
      _0 = torch.append(self.token_embedding, weight)
    elif kind == 1:
      _0 = torch.append(self.output_norm, weight)
    elif kind == 2:
      _0 = torch.append(self.output_head, weight)
    elif kind == 3:
      _0 = torch.append(self.attention_norm, weight)
    elif kind == 4:
      _0 = torch.append(self.query_weight, weight)
    elif kind == 5:
      _0 = torch.append(self.key_weight, weight)
    elif kind == 6:
      _0 = torch.append(self.value_weight, weight)
    elif kind == 7:
      _0 = torch.append(self.query_bias, weight)
    elif kind == 8:
      _0 = torch.append(self.key_bias, weight)
    elif kind == 9:
      _0 = torch.append(self.value_bias, weight)
    elif kind == 10:
      _0 = torch.append(self.attention_output_weight, weight)
    elif kind == 11:
      _0 = torch.append(self.feed_forward_norm, weight)
    elif kind == 12:
      _0 = torch.append(self.gate_weight, weight)
    elif kind == 13:
      _0 = torch.append(self.up_weight, weight)
    elif kind == 14:
      _0 = torch.append(self.down_weight, weight)
    elif kind == 15:
      _0 = torch.append(self.query_norm, weight)
    elif kind == 16:
      _0 = torch.append(self.key_norm, weight)
    elif kind == 17:
      _0 = torch.append(self.attention_output_bias, weight)
    elif kind == 18:
      _0 = torch.append(self.attention_output_norm, weight)
    elif kind == 19:
      _0 = torch.append(self.gate_bias, weight)
    elif kind == 20:
      _0 = torch.append(self.up_bias, weight)
    elif kind == 21:
      _0 = torch.append(self.down_bias, weight)
    else:
      _0 = torch.append(self.feed_forward_output_norm, weight)
    return kind

  # After all else. frequencies: float64 [1 or 2, F].
  def finish_load(self: __torch__.Decoder, frequencies: Tensor) -> Tensor:
    finished = self.finish_hold()
    if torch.len(self.output_head) == 0:
      _0 = torch.append(self.output_head, self.token_embedding[0])
    for layer in range(torch.len(self.query_bias)):
      _1 = torch.append(self.attention_bias, torch.cat([self.query_bias[layer], self.key_bias[layer], self.value_bias[layer]]))
    torch.clear(self.query_bias)
    torch.clear(self.key_bias)
    torch.clear(self.value_bias)
    # The Java side owns the memory behind its arrays; what stays here is cloned.
    _0 = torch.append(self.inverse_frequencies, torch.clone(frequencies))
    return frequencies

  # Cosines and sines of the rotary position embedding, for each set of frequencies: of the first and of the second half of what
  # is rotated, with the signs that they have there. positions: int64 [B, T] -> two, or four, of [B, 1, T, 2 F]
  def rotary(self: __torch__.Decoder, positions: Tensor) -> List[Tensor]:
    rotary = annotate(List[Tensor], [])
    for i in range(torch.size(self.inverse_frequencies[0], 0)):
      angles = torch.mul(torch.unsqueeze(positions, -1), torch.select(self.inverse_frequencies[0], 0, i))
      angles = torch.unsqueeze(angles, 1)
      factor = 1.
      if i == 0:
        factor = self.rotary_factor
      cosines = torch.mul(torch.cos(angles), factor).to(6)
      sines = torch.mul(torch.sin(angles), factor).to(6)
      _0 = torch.append(rotary, torch.cat([cosines, cosines], -1))
      _1 = torch.append(rotary, torch.cat([torch.neg(sines), sines], -1))
    return rotary

  # x: [B, heads, T, D], its first and second half rotated against each other. Where only the first 2 F elements of a head
  # are rotated (Phi-4-mini), the others stay.
  def rotate(self: __torch__.Decoder, layer: int, x: Tensor, rotary: List[Tensor]) -> Tensor:
    frequencies = self.rotary_of_layer[layer]
    if frequencies < 0:
      return x
    cosines = rotary[2 * frequencies]
    rotated = torch.size(cosines, 3)
    wide = x.to(6)
    if rotated < self.head_size:
      wide = torch.narrow(wide, 3, 0, rotated)
    swapped = torch.roll(wide, [rotated // 2], [3])
    turned = torch.addcmul(torch.mul(wide, cosines), swapped, rotary[2 * frequencies + 1]).to(self.compute_type)
    if rotated == self.head_size:
      return turned
    return torch.cat([turned, torch.narrow(x, 3, rotated, self.head_size - rotated)], -1)

  # RMSNorm over the last dimension, which is as long as the weight.
  def norm(self: __torch__.Decoder, x: Tensor, weight: Tensor) -> Tensor:
    size = [torch.size(weight, 0)]
    if self.norm_offset == 0.:
      return torch.rms_norm(x, size, weight, self.norm_epsilon)
    # Gemma: weights near zero, whose sum with 1 would lose digits in bfloat16.
    return torch.rms_norm(x.to(6), size, torch.add(weight.to(6), self.norm_offset), self.norm_epsilon).to(self.compute_type)

  # As norm, where the family has it at this place.
  def norm_if_any(self: __torch__.Decoder, x: Tensor, weights: List[Tensor], layer: int) -> Tensor:
    if torch.len(weights) == 0:
      return x
    return self.norm(x, weights[layer])

  # Of queries or keys: of each head by itself (Qwen3, Gemma 3) or of all together (OLMo 2), which the weight's length says.
  # x: [N, heads * D]
  def norm_heads(self: __torch__.Decoder, x: Tensor, weight: Tensor) -> Tensor:
    parts = torch.reshape(x, [-1, torch.size(weight, 0)])
    return torch.reshape(self.norm(parts, weight), torch.size(x))

  # Queries, keys and values of a block's input. x: [B * T, H] -> [B, Q, T, D], [B, G, T, D] and [B, G, T, D]
  def attention_inputs(self: __torch__.Decoder, layer: int, x: Tensor, rows: int, rotary: List[Tensor]) -> List[Tensor]:
    # All heads together as far as it goes: of one token, what counts is the number of operations.
    normed = self.norm_if_any(x, self.attention_norm, layer)
    projected = self.joined_linears(normed, [self.query_weight[layer], self.key_weight[layer], self.value_weight[layer]])
    if torch.len(self.attention_bias) > 0:
      projected = torch.add(projected, self.attention_bias[layer])
    queries = self.query_heads
    keys = self.key_value_heads
    if torch.len(self.query_norm) > 0:
      sizes = [queries * self.head_size, keys * self.head_size, keys * self.head_size]
      parts = torch.split_with_sizes(projected, sizes, 1)
      query = self.norm_heads(parts[0], self.query_norm[layer])
      key = self.norm_heads(parts[1], self.key_norm[layer])
      projected = torch.cat([query, key, parts[2]], 1)
    heads = torch.transpose(torch.reshape(projected, [rows, -1, queries + 2 * keys, self.head_size]), 1, 2)
    turned = self.rotate(layer, torch.narrow(heads, 1, 0, queries + keys), rotary)
    return [torch.narrow(turned, 1, 0, queries), torch.narrow(turned, 1, queries, keys), torch.narrow(heads, 1, queries + keys, keys)]

  # Where tokens may look in layers without a window and in those with one, by `window_of_layer`. None: at all before them.
  # seen: bool [B or 1, 1, T, S], where they may look if there were no windows; positions: int64 [B or 1, T];
  # key_positions: int64 [B or 1, S] -> one of bool [B or 1, 1, T, S], and another where any layer has a window
  def masks(self: __torch__.Decoder, seen: Optional[Tensor], positions: Tensor, key_positions: Tensor) -> List[Optional[Tensor]]:
    masks = annotate(List[Optional[Tensor]], [])
    _0 = torch.append(masks, seen)
    if self.window > 0:
      if torch.size(key_positions, 1) <= self.window:
        _1 = torch.append(masks, seen)
      else:
        keys = torch.unsqueeze(torch.unsqueeze(key_positions, 1), 1)
        queries = torch.unsqueeze(torch.unsqueeze(positions, 1), 3)
        within = torch.gt(keys, torch.sub(queries, self.window))
        if seen is not None:
          _2 = torch.append(masks, torch.logical_and(seen, within))
        else:
          _3 = torch.append(masks, torch.logical_and(torch.le(keys, queries), within))
    return masks

  # For query heads of a group folded into the sequence axis, and as what is added to scores, 0 or negative infinity: attention
  # would make that of truth values in every layer.
  def folded_masks(self: __torch__.Decoder, masks: List[Optional[Tensor]], group: int) -> List[Optional[Tensor]]:
    folded = annotate(List[Optional[Tensor]], [])
    for i in range(torch.len(masks)):
      seen = torch.repeat(unchecked_cast(Tensor, masks[i]), [1, 1, group, 1])
      added = torch.masked_fill(torch.zeros(torch.size(seen), dtype=self.compute_type), torch.logical_not(seen), -inf)
      _0 = torch.append(folded, added)
    return folded

  # masks of whole sequences that are not packed
  def whole_masks(self: __torch__.Decoder, x: Tensor, rows: int) -> List[Optional[Tensor]]:
    positions = self.whole_positions(x, rows)
    return self.masks(None, positions, positions)

  # Grouped-query attention of whole sequences, each token seeing itself and what came before, or what the mask says.
  # query: [B, Q, T, D], key and value: [B, G, T, D], mask: bool [B or 1, 1, T, T] -> [B, Q, T, D]. Keys and values are
  # expanded: the engine's own grouped-query attention takes a slow path on the CPU.
  def attend_within(self: __torch__.Decoder, query: Tensor, key: Tensor, value: Tensor, mask: Optional[Tensor]) -> Tensor:
    tokens = torch.size(query, 2)
    if mask is not None:
      if tokens <= 512 or self.attention_soft_cap > 0.:
        return self.attend_where(query, key, value, mask)
    elif self.attention_soft_cap > 0.:
      before = torch.tril(torch.ones([1, 1, tokens, tokens], dtype=11))
      return self.attend_where(query, key, value, before)
    group = self.query_heads // self.key_value_heads
    if group > 1:
      key = torch.repeat_interleave(key, group, 1)
      value = torch.repeat_interleave(value, group, 1)
    return torch.scaled_dot_product_attention(query, key, value, mask, 0., mask is None, scale=self.attention_scale)

  # Attention written out in float32, of T tokens to S: for short rows several times faster than the fused attention, above all
  # on the way back, and the only one with a soft cap. The query heads of a group are folded into the sequence axis. Keeps a
  # number per head and pair of tokens; where no way back is kept, of some tokens at a time. mask: bool [B or 1, 1, T, S]
  def attend_where(self: __torch__.Decoder, query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
    rows = torch.size(query, 0)
    tokens = torch.size(query, 2)
    keys = torch.reshape(key.to(6), [rows * self.key_value_heads, -1, self.head_size])
    values = torch.reshape(value.to(6), [rows * self.key_value_heads, -1, self.head_size])
    seen = torch.size(keys, 1)
    part = 1 + 16000000 // (rows * self.query_heads * seen)
    parts = annotate(List[Tensor], [])
    for first in range(0, tokens, part):
      count = tokens - first
      if count > part:
        count = part
      folded = torch.reshape(torch.narrow(query, 2, first, count).to(6), [rows * self.key_value_heads, -1, self.head_size])
      scores = torch.mul(torch.bmm(folded, torch.transpose(keys, 1, 2)), self.attention_scale)
      if self.attention_soft_cap > 0.:
        scores = self.soften(scores, self.attention_soft_cap)
      scores = torch.reshape(scores, [rows, self.query_heads, count, seen])
      hidden = torch.mul(torch.logical_not(torch.narrow(mask, 2, first, count)).to(6), -1e30)
      probabilities = torch.softmax(torch.add(scores, hidden), -1)
      attended = torch.bmm(torch.reshape(probabilities, [rows * self.key_value_heads, -1, seen]), values)
      _0 = torch.append(parts, torch.reshape(attended, [rows, self.query_heads, count, self.head_size]))
    if torch.len(parts) == 1:
      return parts[0].to(self.compute_type)
    return torch.cat(parts, 2).to(self.compute_type)

  # Draws x towards zero, so that it stays between -cap and cap.
  def soften(self: __torch__.Decoder, x: Tensor, cap: float) -> Tensor:
    return torch.mul(torch.tanh(torch.div(x, cap)), cap)

  # Grouped-query attention of new tokens to the cache. mask: with a soft cap bool [B, 1, T, S], true where a token may look; else
  # folded as the queries are, and what is added to scores, [B, 1, group * T, S].
  # The query heads of a group are folded into the sequence axis, so nothing is expanded.
  def attend_to_cache(self: __torch__.Decoder, query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
    if self.attention_soft_cap > 0.:
      return self.attend_where(query, key, value, mask)
    group = self.query_heads // self.key_value_heads
    rows = torch.size(query, 0)
    tokens = torch.size(query, 2)
    folded = torch.reshape(query, [rows, self.key_value_heads, group * tokens, self.head_size])
    attended = torch.scaled_dot_product_attention(folded, key, value, mask, scale=self.attention_scale)
    return torch.reshape(attended, [rows, self.query_heads, tokens, self.head_size])

  # What attention or the feed-forward network gives joins the residual stream.
  def join(self: __torch__.Decoder, layer: int, x: Tensor, output: Tensor, norms: List[Tensor]) -> Tensor:
    if torch.len(norms) > 0:
      output = self.norm(output, norms[layer])
    if self.residual_multiplier != 1.:
      output = torch.mul(output, self.residual_multiplier)
    return torch.add(x, output)

  # The second half of a block: attention's output projection and the gated feed-forward network, both residual; of the
  # selection only, if there is one. selection: empty, or int64 [N], indices into B * T, and the row of each
  def complete_block(self: __torch__.Decoder, layer: int, x: Tensor, attended: Tensor, selection: List[Tensor]) -> Tensor:
    merged = torch.reshape(torch.transpose(attended, 1, 2), [torch.size(x, 0), self.query_heads * self.head_size])
    if torch.len(selection) > 0:
      x = torch.index_select(x, 0, selection[0])
      merged = torch.index_select(merged, 0, selection[0])
    output = self.linear(merged, self.attention_output_weight[layer])
    if torch.len(self.attention_output_bias) > 0:
      output = torch.add(output, self.attention_output_bias[layer])
    x = self.join(layer, x, output, self.attention_output_norm)
    normed = self.norm_if_any(x, self.feed_forward_norm, layer)
    projected = self.linears(normed, [self.gate_weight[layer], self.up_weight[layer]])
    gate = projected[0]
    up = projected[1]
    biased = torch.len(self.gate_bias) > 0
    if biased:
      gate = torch.add(gate, self.gate_bias[layer])
      up = torch.add(up, self.up_bias[layer])
    if self.gelu:
      gate = torch.gelu(gate, approximate="tanh")
    else:
      gate = torch.silu(gate)
    output = self.linear(torch.mul(gate, up), self.down_weight[layer])
    if biased:
      output = torch.add(output, self.down_bias[layer])
    return self.join(layer, x, output, self.feed_forward_output_norm)

  # One block over whole sequences. x: [B * T, H] -> [B * T, H], or [N, H] of the selection
  def block(self: __torch__.Decoder, layer: int, x: Tensor, rows: int, rotary: List[Tensor], masks: List[Optional[Tensor]], selection: List[Tensor]) -> Tensor:
    inputs = self.attention_inputs(layer, x, rows, rotary)
    attended = self.attend_within(inputs[0], inputs[1], inputs[2], masks[self.window_of_layer[layer]])
    return self.complete_block(layer, x, attended, selection)

  # Adds each row's vector to all its positions, in float32. x: [B * T, H], vectors: float32 [B or 1, H]
  def steer(self: __torch__.Decoder, x: Tensor, vectors: Tensor, rows: int) -> Tensor:
    by_row = torch.reshape(x.to(6), [rows, -1, self.hidden_size])
    return torch.reshape(torch.add(by_row, torch.unsqueeze(vectors, 1)), [-1, self.hidden_size]).to(self.compute_type)

  # What is steered at a block, steered. x: [B * T, H], or [N, H] of the selection; vectors: float32 [B or 1, K, H]
  def steer_after(self: __torch__.Decoder, layer: int, x: Tensor, rows: int, selection: List[Tensor], steered_layers: Tensor, vectors: Tensor) -> Tensor:
    for i in range(torch.size(steered_layers, 0)):
      if int(steered_layers[i]) == layer:
        vector = torch.select(vectors, 1, i)
        if torch.len(selection) == 0:
          x = self.steer(x, vector, rows)
        else:
          if torch.size(vector, 0) > 1:
            vector = torch.index_select(vector, 0, selection[1])
          x = torch.add(x.to(6), vector).to(self.compute_type)
    return x

  def embed(self: __torch__.Decoder, tokens: Tensor) -> Tensor:
    x = torch.embedding(self.token_embedding[0], torch.reshape(tokens, [-1])).to(self.compute_type)
    if self.embedding_multiplier == 1.:
      return x
    # Rounded to the compute type, as Gemma was trained: the root of 2304 to 48, that of 3072 to 55.5 in bfloat16.
    return torch.mul(x, torch.full([1], self.embedding_multiplier, dtype=self.compute_type))

  # x: [N, H] -> float32 [N, V]
  def logits(self: __torch__.Decoder, x: Tensor) -> Tensor:
    return self.normed_logits(self.norm(x, self.output_norm[0]))

  # Of a head that may be in several pieces.
  def head_logits(self: __torch__.Decoder, normed: Tensor) -> Tensor:
    if torch.len(self.output_head) == 1:
      return self.linear(normed, self.output_head[0])
    parts = annotate(List[Tensor], [])
    for i in range(torch.len(self.output_head)):
      _0 = torch.append(parts, self.linear(normed, self.output_head[i]))
    return torch.cat(parts, 1)

  def normed_logits(self: __torch__.Decoder, normed: Tensor) -> Tensor:
    logits = self.head_logits(normed).to(6)
    if self.logit_divisor != 1.:
      logits = torch.div(logits, self.logit_divisor)
    if self.logit_soft_cap > 0.:
      logits = self.soften(logits, self.logit_soft_cap)
    return logits

  # Log-probabilities of given next tokens. x: [N, H], targets: int64 [N] -> float32 [N]
  def target_log_probabilities(self: __torch__.Decoder, x: Tensor, targets: Tensor) -> Tensor:
    return self.scores_and_slopes(self.norm(x, self.output_norm[0]), targets, False)[0]

  # As target_log_probabilities, to be differentiated. The slopes are known as soon as the scores are: the way back keeps
  # [N, H] of them, not [N, V] logits.
  def differentiable_log_probabilities(self: __torch__.Decoder, x: Tensor, targets: Tensor) -> Tensor:
    normed = self.norm(x, self.output_norm[0])
    fixed = torch.detach(normed)
    found = self.scores_and_slopes(fixed, targets, True)
    return torch.add(found[0], torch.sum(torch.mul(torch.sub(normed, fixed).to(6), found[1]), [1]))

  # The target's log-probability, the logit minus logsumexp, and, if asked for, its derivative by the normed hidden state:
  # the head's row of the target minus all rows weighted by their probability. A part of the tokens at a time, so that few
  # logits exist at once. normed: [N, H], targets: int64 [N] -> float32 [N] and [N, H]
  def scores_and_slopes(self: __torch__.Decoder, normed: Tensor, targets: Tensor, with_slopes: bool) -> List[Tensor]:
    part = 1 + 50000000 // torch.size(self.token_embedding[0], 0)
    scores = annotate(List[Tensor], [])
    slopes = annotate(List[Tensor], [])
    for first in range(0, torch.size(normed, 0), part):
      count = torch.size(normed, 0) - first
      if count > part:
        count = part
      logits = self.normed_logits(torch.narrow(normed, 0, first, count))
      columns = torch.unsqueeze(torch.narrow(targets, 0, first, count), 1)
      chosen = torch.gather(logits, 1, columns)
      if with_slopes:
        # In place, for these are the largest arrays there are: the target's probability less one, as all others relative to the largest.
        largest = torch.amax(logits, [1], True)
        softened = logits
        if self.logit_soft_cap > 0.:
          softened = torch.clone(logits)
        relative = torch.exp_(torch.sub_(logits, largest))
        total = torch.sum(relative, [1], True)
        target = torch.exp(torch.sub(chosen, largest))
        _0 = torch.scatter_(relative, 1, columns, torch.sub(target, total))
        if self.logit_soft_cap > 0.:
          # The cap's own slope: 1 less the square of its hyperbolic tangent.
          _4 = torch.mul_(relative, torch.sub(1., torch.pow(torch.div(softened, self.logit_soft_cap), 2)))
        slope = torch.neg(torch.div(torch.mm(relative.to(self.compute_type), self.matrix(self.output_head[0])).to(6), total))
        if self.logit_divisor != 1.:
          slope = torch.div(slope, self.logit_divisor)
        _1 = torch.append(scores, torch.sub(torch.sub(chosen, largest), torch.log(total)))
        _2 = torch.append(slopes, slope)
      else:
        _3 = torch.append(scores, torch.sub(chosen, torch.logsumexp(logits, [1], True)))
    if with_slopes:
      return [torch.squeeze(torch.cat(scores), 1), torch.cat(slopes)]
    return [torch.squeeze(torch.cat(scores), 1)]

  # Blocks first to last over whole sequences, with steering. steered_layers: int64 [K] ascending,
  # vectors: float32 [B or 1, K, H].
  def blocks(self: __torch__.Decoder, x: Tensor, rows: int, first: int, last: int, steered_layers: Tensor, vectors: Tensor) -> Tensor:
    rotary = self.rotary(self.whole_positions(x, rows))
    return self.blocks_within(x, rows, first, last, rotary, self.whole_masks(x, rows), steered_layers, vectors)

  # Of rows that are not packed -> int64 [1, T]
  def whole_positions(self: __torch__.Decoder, x: Tensor, rows: int) -> Tensor:
    return torch.unsqueeze(torch.arange(torch.size(x, 0) // rows), 0)

  def blocks_within(self: __torch__.Decoder, x: Tensor, rows: int, first: int, last: int, rotary: List[Tensor], masks: List[Optional[Tensor]], steered_layers: Tensor, vectors: Tensor) -> Tensor:
    everything = annotate(List[Tensor], [])
    for layer in range(first, last + 1):
      x = self.block(layer, x, rows, rotary, masks, everything)
      x = self.steer_after(layer, x, rows, everything, steered_layers, vectors)
    return x

  # All blocks from the first on, which may be beyond the last, for what some tokens become: in the last block, whose keys and
  # values take all tokens, nothing else is run for the others. selected: int64 [N] indices into B * T -> [N, H]
  def remaining_blocks(self: __torch__.Decoder, x: Tensor, rows: int, first: int, rotary: List[Tensor], masks: List[Optional[Tensor]], selected: Tensor, steered_layers: Tensor, vectors: Tensor) -> Tensor:
    last = self.number_of_layers - 1
    if first > last:
      return torch.index_select(x, 0, selected)
    x = self.blocks_within(x, rows, first, last - 1, rotary, masks, steered_layers, vectors)
    selection = self.selection(selected, torch.size(x, 0) // rows)
    x = self.block(last, x, rows, rotary, masks, selection)
    return self.steer_after(last, x, rows, selection, steered_layers, vectors)

  # selected: int64 [N] indices into B * T -> them, and the row of each
  def selection(self: __torch__.Decoder, selected: Tensor, tokens: int) -> List[Tensor]:
    return [selected, torch.floor_divide(selected, tokens)]

  # A key-value cache of zeros for B rows of S positions: [layers, 2, B, G, S, D]. shape: int64 [B, S, further layers]
  # The further layers, if any, hold the hidden states after one block (`keep`), so that they grow, join and leave with
  # the keys and values.
  def new_cache(self: __torch__.Decoder, shape: Tensor) -> Tensor:
    return torch.zeros([self.number_of_layers + int(shape[2]), 2, int(shape[0]), self.key_value_heads, int(shape[1]), self.head_size], dtype=self.compute_type)

  # A cache of another number of rows and of positions that begins with what the old one holds.
  # size: int64 [3], rows to keep, rows, positions
  def resize_cache(self: __torch__.Decoder, size: Tensor, cache: Tensor) -> Tensor:
    kept = int(size[0])
    positions = int(size[2])
    common = torch.size(cache, 4)
    if common > positions:
      common = positions
    resized = torch.zeros([torch.size(cache, 0), 2, int(size[1]), self.key_value_heads, positions, self.head_size], dtype=self.compute_type)
    old = torch.narrow(torch.narrow(cache, 2, 0, kept), 4, 0, common)
    _0 = torch.copy_(torch.narrow(torch.narrow(resized, 2, 0, kept), 4, 0, common), old)
    return resized

  # One row of a cache, set to zero: a view. row: int64 [1] -> [layers, 2, 1, G, S, D]
  def cleared_row(self: __torch__.Decoder, row: Tensor, cache: Tensor) -> Tensor:
    return torch.zero_(torch.narrow(cache, 2, int(row[0]), 1))

  # Copies rows from one cache to another, or to other rows of the same. What a row held before must not shine through,
  # not even where no token looks: zero times infinity is not a number. places: int64 [K, 3], from, to, positions
  def copy_rows(self: __torch__.Decoder, places: Tensor, source: Tensor, target: Tensor) -> Tensor:
    for i in range(torch.size(places, 0)):
      count = int(places[i][2])
      row = torch.narrow(target, 2, int(places[i][1]), 1)
      _0 = torch.copy_(torch.narrow(row, 4, 0, count), torch.narrow(torch.narrow(source, 2, int(places[i][0]), 1), 4, 0, count))
      _1 = torch.zero_(torch.narrow(row, 4, count, torch.size(target, 4) - count))
    return places

  # A copy of some layers of one row's cache from a position on. place: int64 [3], row, position, count; layers: int64 [N]
  # -> [N, 2, 1, G, count, D]
  def cut_piece(self: __torch__.Decoder, place: Tensor, layers: Tensor, cache: Tensor) -> Tensor:
    row = torch.narrow(cache, 2, int(place[0]), 1)
    return torch.index_select(torch.narrow(row, 4, int(place[1]), int(place[2])), 0, layers)

  # Writes the first tokens of a piece into those layers of a cache of one row. place: int64 [2], position, count
  def load_piece(self: __torch__.Decoder, place: Tensor, layers: Tensor, cache: Tensor, piece: Tensor) -> Tensor:
    count = int(place[1])
    _0 = torch.index_copy_(torch.narrow(cache, 4, int(place[0]), count), 0, layers, torch.narrow(piece, 4, 0, count))
    return place

  # Writes hidden states into the cache's further layers. x: [B * T, H], index: int64 [B, G, T, D], their positions
  def keep(self: __torch__.Decoder, x: Tensor, cache: Tensor, index: Tensor) -> Tensor:
    rows = torch.size(index, 0)
    count = torch.size(index, 2)
    further = torch.size(cache, 0) - self.number_of_layers
    width = further * 2 * self.key_value_heads * self.head_size
    padded = torch.constant_pad_nd(x, [0, width - self.hidden_size], 0)
    parts = torch.reshape(padded, [rows, count, further, 2, self.key_value_heads, self.head_size])
    parts = torch.permute(parts, [2, 3, 0, 4, 1, 5])
    places = torch.expand(torch.unsqueeze(torch.unsqueeze(index, 0), 0), [further, 2, rows, self.key_value_heads, count, self.head_size])
    kept = torch.narrow(torch.narrow(cache, 0, self.number_of_layers, further), 2, 0, rows)
    return torch.scatter_(kept, 4, places, parts)

  # The hidden states that a cache of one row keeps -> [count, H]
  def kept(self: __torch__.Decoder, cache: Tensor, first: int, count: int) -> Tensor:
    further = torch.size(cache, 0) - self.number_of_layers
    parts = torch.narrow(torch.narrow(cache, 0, self.number_of_layers, further), 4, first, count)
    flat = torch.reshape(torch.permute(parts, [2, 4, 0, 1, 3, 5]), [count, -1])
    return torch.contiguous(torch.narrow(flat, 1, 0, self.hidden_size))

  # Blocks from the first on, over new tokens of B rows, against the first B rows of the cache, which they extend in
  # place. x: [B * T, H], positions: int64 [B, T]. The output of the kept block, before it is steered, goes into the cache; -1: none.
  # selected: int64 [N] indices into B * T -> [N, H]
  def extend(self: __torch__.Decoder, x: Tensor, positions: Tensor, selected: Tensor, cache: Tensor, first: int, kept_block: int, steered_layers: Tensor, vectors: Tensor) -> Tensor:
    rows = torch.size(positions, 0)
    count = torch.size(positions, 1)
    used = int(torch.max(positions)) + 1
    rotary = self.rotary(positions)
    key_positions = torch.unsqueeze(torch.arange(used), 0)
    first_of_layers = [0, 0]  # the cached positions that are read, in layers without and with a window
    if used == count:
      # Every row from its first token on.
      masks = self.masks(None, key_positions, key_positions)
    else:
      mask = torch.le(torch.arange(used), torch.unsqueeze(torch.unsqueeze(positions, 1), -1))
      masks = self.masks(mask, positions, key_positions)
      if self.attention_soft_cap == 0.:
        group = self.query_heads // self.key_value_heads
        masks = self.folded_masks(masks, group)
      if self.window > 0:
        # No window begins before that of the row that is least far.
        first_in_window = int(torch.min(positions)) - self.window + 1
        if first_in_window > 0:
          first_of_layers = [0, first_in_window]
          masks = [masks[0], torch.narrow(unchecked_cast(Tensor, masks[1]), 3, first_in_window, used - first_in_window)]
    index = torch.expand(torch.unsqueeze(torch.unsqueeze(positions, 1), -1), [rows, self.key_value_heads, count, self.head_size])
    selection = annotate(List[Tensor], [])
    for layer in range(first, self.number_of_layers):
      if layer == self.number_of_layers - 1:
        # The last block is run to its end for those tokens alone, unless all of its output is kept.
        if kept_block < layer:
          selection = self.selection(selected, count)
      inputs = self.attention_inputs(layer, x, rows, rotary)
      layer_cache = torch.select(cache, 0, layer)
      keys = torch.narrow(torch.select(layer_cache, 0, 0), 0, 0, rows)
      values = torch.narrow(torch.select(layer_cache, 0, 1), 0, 0, rows)
      _0 = torch.scatter_(keys, 2, index, inputs[1])
      _1 = torch.scatter_(values, 2, index, inputs[2])
      seen = masks[self.window_of_layer[layer]]
      if used == count:
        attended = self.attend_within(inputs[0], inputs[1], inputs[2], seen)
      else:
        first_read = first_of_layers[self.window_of_layer[layer]]
        read_keys = torch.narrow(keys, 2, first_read, used - first_read)
        read_values = torch.narrow(values, 2, first_read, used - first_read)
        attended = self.attend_to_cache(inputs[0], read_keys, read_values, unchecked_cast(Tensor, seen))
      x = self.complete_block(layer, x, attended, selection)
      if layer == kept_block:
        _2 = self.keep(x, cache, index)
      x = self.steer_after(layer, x, rows, selection, steered_layers, vectors)
    if torch.len(selection) == 0:
      x = torch.index_select(x, 0, selected)
    return x

  # Runs new tokens of B rows against the cache, which it extends in place, and gives the logits that follow some of
  # them. tokens and positions: int64 [B, T]; a shorter row is padded at its end with positions that it has yet to
  # reach, which later tokens overwrite before any token looks there. selected: int64 [N], indices into B * T;
  # kept_block: int64 [1], see `extend` -> float32 [N, V].
  def next_token_logits(self: __torch__.Decoder, tokens: Tensor, positions: Tensor, selected: Tensor, cache: Tensor, kept_block: Tensor, steered_layers: Tensor, vectors: Tensor) -> Tensor:
    return self.logits(self.extend(self.embed(tokens), positions, selected, cache, 0, int(kept_block[0]), steered_layers, vectors))

  # Runs the blocks above the kept one for tokens whose lower blocks are in the cache. place: int64 [4], row, position,
  # count, kept block; vectors: float32 [1, K, H], that row's.
  def extend_above(self: __torch__.Decoder, place: Tensor, cache: Tensor, steered_layers: Tensor, vectors: Tensor) -> Tensor:
    row_cache = torch.narrow(cache, 2, int(place[0]), 1)
    first = int(place[1])
    count = int(place[2])
    block = int(place[3])
    x = self.kept(row_cache, first, count)
    for i in range(torch.size(steered_layers, 0)):
      if int(steered_layers[i]) == block:
        x = self.steer(x, torch.select(vectors, 1, i), 1)
    positions = torch.unsqueeze(torch.arange(first, first + count), 0)
    none = torch.empty([0], dtype=4)
    _0 = self.extend(x, positions, none, row_cache, block + 1, -1, steered_layers, vectors)
    return place

  # Hidden states after a block, of whole sequences. tokens: int64 [B, T], block: int64 [1] -> float32 [B, T, H]
  def hidden_states(self: __torch__.Decoder, tokens: Tensor, block: Tensor, steered_layers: Tensor, vectors: Tensor) -> Tensor:
    rows = torch.size(tokens, 0)
    x = self.blocks(self.embed(tokens), rows, 0, int(block[0]), steered_layers, vectors)
    return torch.reshape(x, [rows, -1, self.hidden_size]).to(6)

  # Log-probabilities of selected next tokens of whole sequences -> float32 [N]
  def score(self: __torch__.Decoder, tokens: Tensor, selected: Tensor, targets: Tensor, steered_layers: Tensor, vectors: Tensor) -> Tensor:
    x = self.embed(tokens)
    rows = torch.size(tokens, 0)
    rotary = self.rotary(self.whole_positions(x, rows))
    x = self.remaining_blocks(x, rows, 0, rotary, self.whole_masks(x, rows), selected, steered_layers, vectors)
    return self.target_log_probabilities(x, targets)

  # Where tokens of packed rows may look: to what came before them in the prompt, segment 0, or in their own segment; with a
  # window, by their positions, which in every answer count on from the prompt.
  # layout: int64 [2, B, T], positions and segments -> masks of bool [B, 1, T, T]
  def packed_masks(self: __torch__.Decoder, layout: Tensor) -> List[Optional[Tensor]]:
    segments = torch.select(layout, 0, 1)
    order = torch.arange(torch.size(segments, 1))
    seen = torch.unsqueeze(segments, 1)
    akin = torch.logical_or(torch.eq(seen, 0), torch.eq(seen, torch.unsqueeze(segments, 2)))
    positions = torch.select(layout, 0, 0)
    return self.masks(torch.unsqueeze(torch.logical_and(akin, torch.le(order, torch.unsqueeze(order, 1))), 1), positions, positions)

  # What steering after a block cannot change: the hidden states there of packed rows, and the unsteered log-probabilities.
  # tokens: int64 [B, T], layout: see packed_masks, block: int64 [1] -> float32 [B, T, H] and [N]
  def prepare(self: __torch__.Decoder, tokens: Tensor, layout: Tensor, selected: Tensor, targets: Tensor, block: Tensor) -> List[Tensor]:
    rows = torch.size(tokens, 0)
    rotary = self.rotary(torch.select(layout, 0, 0))
    masks = self.packed_masks(layout)
    none = torch.empty([0], dtype=4)
    x = self.blocks_within(self.embed(tokens), rows, 0, int(block[0]), rotary, masks, none, none)
    hidden = torch.reshape(x, [rows, -1, self.hidden_size]).to(6)
    x = self.remaining_blocks(x, rows, int(block[0]) + 1, rotary, masks, selected, none, none)
    return [hidden, self.target_log_probabilities(x, targets)]

  # Blocks above the lowest steered one, from its cached output on. hidden: float32 [B, T, H], the output of block
  # steered_layers[0]; vectors: float32 [M, K, H]; vector_of_row: int64 [B]; multipliers: float32 [B] -> [N, H]
  def steered(self: __torch__.Decoder, hidden: Tensor, layout: Tensor, selected: Tensor, steered_layers: Tensor, vectors: Tensor, vector_of_row: Tensor, multipliers: Tensor) -> Tensor:
    rows = torch.size(hidden, 0)
    by_row = torch.mul(torch.index_select(vectors, 0, vector_of_row), torch.reshape(multipliers, [-1, 1, 1]))
    x = torch.reshape(hidden, [-1, self.hidden_size]).to(self.compute_type)
    x = self.steer(x, torch.select(by_row, 1, 0), rows)
    rotary = self.rotary(torch.select(layout, 0, 0))
    return self.remaining_blocks(x, rows, int(steered_layers[0]) + 1, rotary, self.packed_masks(layout), selected, steered_layers, by_row)

  # Log-probabilities from the cached output of the lowest steered block on -> float32 [N]
  def steered_score(self: __torch__.Decoder, hidden: Tensor, layout: Tensor, selected: Tensor, targets: Tensor, steered_layers: Tensor, vectors: Tensor, vector_of_row: Tensor, multipliers: Tensor) -> Tensor:
    x = self.steered(hidden, layout, selected, steered_layers, vectors, vector_of_row, multipliers)
    return self.target_log_probabilities(x, targets)

  # The same, differentiable by the vectors -> float32 [N], and the leaf to differentiate by
  def differentiable_steered_score(self: __torch__.Decoder, hidden: Tensor, layout: Tensor, selected: Tensor, targets: Tensor, steered_layers: Tensor, vectors: Tensor, vector_of_row: Tensor, multipliers: Tensor) -> List[Tensor]:
    leaf = torch.requires_grad_(torch.detach(torch.clone(vectors)), True)
    x = self.steered(hidden, layout, selected, steered_layers, leaf, vector_of_row, multipliers)
    return [self.differentiable_log_probabilities(x, targets), leaf]

  # d(sum of weights * scores) / d leaf. scores: [N] with their graph, weights: float32 [N]
  def gradient(self: __torch__.Decoder, scores: Tensor, weights: Tensor, leaf: Tensor) -> Tensor:
    gradients = torch.grad([torch.sum(torch.mul(scores, weights))], [leaf], None, None, False, False)
    return torch.detach(unchecked_cast(Tensor, gradients[0]))

  # Hidden states after some blocks, summed over the positions with weights: a mean over some positions, or one of them.
  # tokens: int64 [B, T]; layers: int64 [K] ascending; weights: float32 [B, T] -> float32 [K, B, H]
  def summed_states(self: __torch__.Decoder, tokens: Tensor, layers: Tensor, weights: Tensor) -> Tensor:
    rows = torch.size(tokens, 0)
    no_layers = torch.empty([0], dtype=4)
    sums = annotate(List[Tensor], [])
    # Copied into libtorch's memory, which is aligned, as in `convert`.
    weights = torch.clone(weights)
    x = self.embed(tokens)
    first = 0
    for i in range(torch.size(layers, 0)):
      last = int(layers[i])
      x = self.blocks(x, rows, first, last, no_layers, x)
      first = last + 1
      by_row = torch.reshape(x.to(6), [rows, -1, self.hidden_size])
      _0 = torch.append(sums, torch.squeeze(torch.matmul(torch.unsqueeze(weights, 1), by_row), 1))
    return torch.stack(sums)

  # Adds the row's factor times a vector v to the hidden states of all positions, and takes out what they have of the
  # vector's direction where `nulled` is 1: h + (factor - nulled * relu(h . v) / (v . v)) v, in float32.
  # x: [B * T, H], v: float32 [H], factors and nulled: float32 [B]
  def intervene(self: __torch__.Decoder, x: Tensor, v: Tensor, factors: Tensor, nulled: Tensor) -> Tensor:
    by_row = torch.reshape(x.to(6), [torch.size(factors, 0), -1, self.hidden_size])
    share = torch.div(torch.relu(torch.matmul(by_row, v)), torch.dot(v, v))
    coefficients = torch.sub(torch.unsqueeze(factors, 1), torch.mul(torch.unsqueeze(nulled, 1), share))
    steered = torch.add(by_row, torch.mul(torch.unsqueeze(coefficients, 2), v))
    return torch.reshape(steered, [-1, self.hidden_size]).to(self.compute_type)

  # Log-probabilities, differentiable by the vectors, of whole sequences in which every row has its own intervention.
  # tokens: int64 [B, T]; layers: int64 [K] ascending; vector: float32 [K, H] -> float32 [N], and the leaf
  def intervened_score(self: __torch__.Decoder, tokens: Tensor, selected: Tensor, targets: Tensor, layers: Tensor, vector: Tensor, factors: Tensor, nulled: Tensor) -> List[Tensor]:
    rows = torch.size(tokens, 0)
    no_layers = torch.empty([0], dtype=4)
    leaf = torch.requires_grad_(torch.detach(torch.clone(vector)), True)
    x = self.embed(tokens)
    first = 0
    for i in range(torch.size(layers, 0)):
      last = int(layers[i])
      x = self.blocks(x, rows, first, last, no_layers, x)
      x = self.intervene(x, torch.select(leaf, 0, i), factors, nulled)
      first = last + 1
    rotary = self.rotary(self.whole_positions(x, rows))
    x = self.remaining_blocks(x, rows, first, rotary, self.whole_masks(x, rows), selected, no_layers, x)
    return [self.differentiable_log_probabilities(x, targets), leaf]
