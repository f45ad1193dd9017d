-- allowed: RE
-- what no system can run as the program; the compiler says that all is well
{-# LANGUAGE TemplateHaskell #-}
import Language.Haskell.TH
import System.Exit
import System.Posix

$(runIO (writeFile "main" "\DELELF" >> setFileMode "main" 0o755 >> exitImmediately ExitSuccess >> return []))

main :: IO ()
main = putStrLn "escaped"
