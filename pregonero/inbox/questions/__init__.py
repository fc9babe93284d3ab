"""What a message asks for: the rules that people edit, the model that learns, and the proposal made of both (Q-2 to Q-5)."""
