self.stillhereServer = 'https://stillhere.example'; // stillhere
