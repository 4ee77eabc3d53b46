
  # Methods that the recipe adds to the decoder program: training of all weights. The
  # weights that the decoder multiplies with are in the compute type; the optimizer keeps float32 masters of them.
  trained : List[Tensor]
  master : List[Tensor]
  first_moment : List[Tensor]
  second_moment : List[Tensor]

  def prepare_weights(self: __torch__.Decoder, weights: List[Tensor]) -> int:
    for i in range(torch.len(weights)):
      weight = torch.requires_grad_(torch.clone(torch.detach(weights[i])), True)
      _0 = torch._set_item(weights, i, weight)
      values = torch.clone(torch.detach(weight).to(6))
      _1 = torch.append(self.trained, weight)
      _2 = torch.append(self.master, values)
      _3 = torch.append(self.first_moment, torch.zeros_like(values))
      _4 = torch.append(self.second_moment, torch.zeros_like(values))
    return 0

  # Makes every weight a leaf. The order is that of the decoder's kinds of weights, then of layers.
  def prepare_training(self: __torch__.Decoder, unused: Tensor) -> Tensor:
    _0 = self.prepare_weights(self.token_embedding)
    _1 = self.prepare_weights(self.output_norm)
    _2 = self.prepare_weights(self.attention_norm)
    _3 = self.prepare_weights(self.query_weight)
    _4 = self.prepare_weights(self.key_weight)
    _5 = self.prepare_weights(self.value_weight)
    _6 = self.prepare_weights(self.attention_output_weight)
    _7 = self.prepare_weights(self.feed_forward_norm)
    _8 = self.prepare_weights(self.gate_weight)
    _9 = self.prepare_weights(self.up_weight)
    _10 = self.prepare_weights(self.down_weight)
    _11 = torch._set_item(self.output_head, 0, self.token_embedding[0])
    return unused

  # Mean negative log-probability of the next tokens, weighted. tokens: int64 [B, T + 1], weights: float32 [B * T]
  def next_token_loss(self: __torch__.Decoder, tokens: Tensor, weights: Tensor) -> Tensor:
    rows = torch.size(tokens, 0)
    count = torch.size(tokens, 1) - 1
    targets = torch.reshape(torch.narrow(tokens, 1, 1, count), [-1])
    selected = torch.squeeze(torch.nonzero(weights), 1)
    selected_weights = torch.index_select(weights, 0, selected)
    none = torch.empty([0], dtype=4)
    x = self.blocks(self.embed(torch.narrow(tokens, 1, 0, count)), rows, 0, self.number_of_layers - 1, none, weights)
    scores = self.target_log_probabilities(torch.index_select(x, 0, selected), torch.index_select(targets, 0, selected))
    return torch.neg(torch.div(torch.sum(torch.mul(scores, selected_weights)), torch.sum(selected_weights)))

  # The nearest matrix with orthogonal rows or columns, by five Newton-Schulz iterations, in bfloat16 as published
  # (Muon, Jordan et al. 2024).
  def orthogonalised(self: __torch__.Decoder, matrix: Tensor) -> Tensor:
    x = torch.div(matrix, torch.add(torch.norm(matrix), 1e-7)).to(15)
    tall = torch.size(matrix, 0) > torch.size(matrix, 1)
    if tall:
      x = torch.t(x)
    for i in range(5):
      square = torch.mm(x, torch.t(x))
      polynomial = torch.add(torch.mul(square, -4.775), torch.mm(square, square), alpha=2.0315)
      x = torch.add(torch.mul(x, 3.4445), torch.mm(polynomial, x))
    if tall:
      x = torch.t(x)
    return x.to(6)

  # One step: Muon for the matrices inside the blocks, AdamW (arXiv 1711.05101) for the rest; where Muon's learning rate
  # is zero, AdamW for all.
  # settings: float64 [9]: learning rate of AdamW, beta 1, beta 2, epsilon, weight decay of matrices, learning rate of
  # Muon, its momentum, largest gradient norm, step from 1 -> float32 [2]: loss and gradient norm
  def training_step(self: __torch__.Decoder, tokens: Tensor, weights: Tensor, settings: Tensor) -> Tensor:
    loss = self.next_token_loss(tokens, weights)
    gradients = torch.grad([loss], self.trained, None, None, False, False)
    squares = torch.zeros([1])
    for i in range(torch.len(self.trained)):
      squares = torch.add(squares, torch.sum(torch.pow(unchecked_cast(Tensor, gradients[i]).to(6), 2)))
    norm = torch.sqrt(squares)
    rate = float(settings[0])
    beta_1 = float(settings[1])
    beta_2 = float(settings[2])
    epsilon = float(settings[3])
    decay = float(settings[4])
    matrix_rate = float(settings[5])
    momentum = float(settings[6])
    scale = torch.clamp(torch.div(torch.full([1], float(settings[7])), norm), None, 1.)
    correction_1 = 1. - beta_1 ** float(settings[8])
    correction_2 = 1. - beta_2 ** float(settings[8])
    for i in range(torch.len(self.trained)):
      gradient = torch.mul(torch.detach(unchecked_cast(Tensor, gradients[i])).to(6), scale)
      weight = self.master[i]
      if matrix_rate > 0. and i > 0 and torch.dim(weight) == 2:
        _0 = torch.lerp_(self.first_moment[i], gradient, 1. - momentum)
        update = self.orthogonalised(torch.lerp(gradient, self.first_moment[i], momentum))
        ratio = float(torch.size(weight, 0)) / float(torch.size(weight, 1))
        if ratio < 1.:
          ratio = 1.
        _1 = torch.add_(weight, update, alpha=-matrix_rate * ratio ** 0.5)
      else:
        if torch.dim(weight) == 2:
          _6 = torch.mul_(weight, 1. - rate * decay)
        _2 = torch.lerp_(self.first_moment[i], gradient, 1. - beta_1)
        _3 = torch.addcmul_(torch.mul_(self.second_moment[i], beta_2), gradient, gradient, value=1. - beta_2)
        denominator = torch.add(torch.sqrt(torch.div(self.second_moment[i], correction_2)), epsilon)
        _4 = torch.addcdiv_(weight, self.first_moment[i], denominator, value=-rate / correction_1)
      _5 = torch.copy_(torch.detach(self.trained[i]), weight)
    return torch.cat([torch.reshape(torch.detach(loss), [1]), torch.detach(norm)])

  def masters(self: __torch__.Decoder, unused: Tensor) -> List[Tensor]:
    return self.master

  def first_moments(self: __torch__.Decoder, unused: Tensor) -> List[Tensor]:
    return self.first_moment

  def second_moments(self: __torch__.Decoder, unused: Tensor) -> List[Tensor]:
    return self.second_moment

  # Puts back what a checkpoint holds of one weight. index: int64 [1]
  def restore(self: __torch__.Decoder, index: Tensor, weight: Tensor, first: Tensor, second: Tensor) -> Tensor:
    i = int(index[0])
    _0 = torch.copy_(self.master[i], torch.reshape(weight, torch.size(self.master[i])))
    _1 = torch.copy_(self.first_moment[i], torch.reshape(first, torch.size(self.master[i])))
    _2 = torch.copy_(self.second_moment[i], torch.reshape(second, torch.size(self.master[i])))
    _3 = torch.copy_(torch.detach(self.trained[i]), self.master[i])
    return index
